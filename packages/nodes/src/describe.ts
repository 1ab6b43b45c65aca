import { type Json, type NodeTypeDescriptor, nodeTypeDescriptor } from '@millrace/contracts'
import { z } from 'zod'
import type { NodeType } from './define.js'
import { nodeLibrary } from './library.js'

/** The library as plain data, in the order of the palette: for the API, forms, completion and docs. */
export const describeNodeTypes = (): NodeTypeDescriptor[] => [...nodeLibrary.values()].map(describeNodeType)

export const describeNodeType = (type: NodeType): NodeTypeDescriptor => ({
  type: type.type,
  version: type.version,
  title: type.title,
  description: type.description,
  category: type.category,
  icon: type.icon,
  trigger: type.trigger,
  container: type.container ?? false,
  ports: type.ports === null ? null : [...type.ports],
  readsInputs: type.readsInputs ?? false,
  effect: typeof type.effect === 'function' ? 'dynamic' : type.effect,
  params: paramsSchema(type),
  output: toJsonSchema(type.output),
})

/** JSON Schema 2020-12 of what an author writes, with the `meta` of each field beside its type. */
const toJsonSchema = (schema: z.ZodType): Json =>
  nodeTypeDescriptor.shape.params.parse(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))

const schemas = new WeakMap<z.ZodType, Json>()

/** Written once: it takes a millisecond, and whoever is told of a problem needs the titles in it. */
export const paramsSchema = ({ params }: NodeType): Json => {
  const known = schemas.get(params) ?? toJsonSchema(params)
  schemas.set(params, known)
  return known
}
