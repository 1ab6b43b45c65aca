import type { Json, NodeTypeDescriptor } from '@millrace/contracts'
import { type JsonSchema, parseJsonSchema } from '../../../components/schema-form/model/json-schema.js'

/** Test data to begin with: what a trigger of this type gives, every member of it empty. */
export const exampleInput = (type: NodeTypeDescriptor | undefined): Json =>
  type === undefined ? {} : (exampleOf(parseJsonSchema(type.output)) ?? {})

const exampleOf = (schema: JsonSchema): Json | undefined => {
  if (schema.default !== undefined) return schema.default
  if (schema.const !== undefined) return schema.const
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, member]) => [name, exampleOf(member) ?? {}]),
      )
    case 'array':
      return []
    case 'string':
      return ''
    case 'number':
    case 'integer':
      return 0
    case 'boolean':
      return false
    default:
      return undefined
  }
}
