import type { Json } from '@millrace/contracts'
import { titleOf } from '@millrace/engine'
import type { Field, Variant } from './field.js'
import { type JsonSchema, parseJsonSchema } from './json-schema.js'
import { commonTag, leavesOf } from './variants.js'

interface Place {
  readonly name: string
  readonly required: boolean
  readonly templates: boolean
}

/** The fields of a node type's params, in the order of its schema. `templates` is false for triggers. */
export const describeForm = (params: Json, templates: boolean): readonly Field[] =>
  fieldsOf(parseJsonSchema(params), templates)

const fieldsOf = (schema: JsonSchema, templates: boolean, without: readonly string[] = []): Field[] =>
  Object.entries(schema.properties ?? {})
    .filter(([name, member]) => !without.includes(name) && !isSettled(member))
    .map(([name, member]) =>
      describeField(member, { name, required: schema.required?.includes(name) ?? false, templates }),
    )

/** What can only be its default is no choice. */
const isSettled = (schema: JsonSchema): boolean =>
  schema.const !== undefined && schema.const === schema.default

const describeField = (schema: JsonSchema, place: Place): Field => {
  const templates = place.templates && schema.raw !== true && schema.expression !== true
  const common = {
    name: place.name,
    title: schema.title ?? titleOf(place.name),
    help: schema.description,
    required: place.required,
    fallback: schema.default,
    templates,
    isList: schema.type === 'array',
    template: schema.template === 'url' ? 'url' : 'text',
  } as const
  return { ...common, ...(byControl(schema, templates) ?? byType(schema, templates)) }
}

type Shape = Field extends infer F
  ? F extends Field
    ? Omit<F, keyof Place | 'title' | 'help' | 'fallback' | 'isList' | 'template'>
    : never
  : never

const byControl = (schema: JsonSchema, templates: boolean): Shape | undefined => {
  switch (schema.control) {
    case 'expression':
      return { kind: 'expression' }
    case 'code':
      return { kind: 'code', language: schema.language ?? 'text' }
    case 'credential':
      return { kind: 'credential', types: schema.credentialType ?? [] }
    case 'text':
      return { kind: 'text', multiline: false }
    case 'json':
      return { kind: 'json' }
    default:
      return schema.oneOf === undefined ? undefined : toVariants(schema, templates)
  }
}

const byType = (schema: JsonSchema, templates: boolean): Shape => {
  const options = schema.enum?.filter((option) => typeof option === 'string')
  if (options !== undefined && options.length > 0) return { kind: 'choice', options }
  if (takesText(schema)) return { kind: 'text', multiline: false }
  switch (schema.type) {
    case 'boolean':
      return { kind: 'boolean' }
    case 'number':
    case 'integer':
      return {
        kind: 'number',
        integer: schema.type === 'integer',
        minimum: schema.minimum,
        maximum: schema.maximum,
      }
    case 'array':
      return { kind: 'list', item: memberOf(schema.items ?? {}, templates) }
    case 'object':
      return toObject(schema, templates)
    default:
      return { kind: 'json' }
  }
}

const toObject = (schema: JsonSchema, templates: boolean): Shape => {
  const fields = fieldsOf(schema, templates)
  const values = schema.additionalProperties
  if (fields.length > 0 || typeof values !== 'object') return { kind: 'group', fields }
  return { kind: 'record', value: memberOf(values, templates) }
}

const memberOf = (schema: JsonSchema, templates: boolean): Field =>
  describeField(schema, { name: '', required: true, templates })

/** Text, or a union that text belongs to: numbers and such are written out. */
const takesText = ({ type, anyOf }: JsonSchema): boolean =>
  type === 'string' ||
  (Array.isArray(type) && type.includes('string')) ||
  (anyOf?.some((variant) => takesText(variant)) ?? false)

const toVariants = (schema: JsonSchema, templates: boolean, known: readonly string[] = []): Shape => {
  const leaves = leavesOf(schema)
  const tag = commonTag(leaves, known)
  if (tag === undefined) return { kind: 'json' }
  const used = [...known, tag]
  const byValue = new Map<string, JsonSchema[]>()
  for (const leaf of leaves) {
    const value = String(leaf.properties?.[tag]?.const)
    byValue.set(value, [...(byValue.get(value) ?? []), leaf])
  }
  const options = [...byValue].map(([value, same]): Variant => {
    const [only] = same
    const fields =
      same.length === 1 && only !== undefined
        ? fieldsOf(only, templates, used)
        : [nested({ oneOf: same }, templates, used)]
    return { value, title: titleOf(value), fields }
  })
  return { kind: 'variants', tag, options }
}

/** Variants within a variant: they live in the same object, told apart by a second tag. */
const nested = (schema: JsonSchema, templates: boolean, known: readonly string[]): Field => {
  const shape = toVariants(schema, templates, known)
  const title = shape.kind === 'variants' ? titleOf(shape.tag) : ''
  const place = { name: '', title, help: undefined, required: true, fallback: undefined }
  return { ...place, templates, isList: false, template: 'text', ...shape }
}
