import type { Json } from '@millrace/contracts'
import { FUNCTION_NAMES } from '@millrace/expressions/names'
import type { JsonSchema } from '../../../components/schema-form/model/json-schema.js'
import { type SampleScope, typeName } from './scope.js'

export interface Suggestion {
  /** What is put in. */
  readonly text: string
  /** Its type, or where it is known from. */
  readonly detail: string
  readonly kind: 'member' | 'function'
}

export interface Completion {
  /** Where the name that is being typed begins, in the source. */
  readonly from: number
  readonly suggestions: readonly Suggestion[]
}

/** What is known of the data: a sample where there is one, and what node types say of their outputs. */
export interface Known {
  readonly scope: SampleScope
  /** By node id, of all steps upstream. */
  readonly outputs: ReadonlyMap<string, JsonSchema>
}

const PATH = /(?:(?:[A-Za-z_]\w*|`[^`]*`)(?:\[[^\][]*\])?\.)*(?:[A-Za-z_]\w*|`[^`]*)?$/
const MAX_SUGGESTIONS = 200

/** What may stand at the end of `source`, the text before the cursor. Undefined where nothing can be said. */
export const complete = (source: string, known: Known): Completion | undefined => {
  const called = /\$(\w*)$/.exec(source)
  if (called !== null) {
    const suggestions = FUNCTION_NAMES.map(
      (name): Suggestion => ({ text: `$${name}`, detail: 'function', kind: 'function' }),
    )
    return { from: called.index, suggestions }
  }
  // Inside quotes everything is text.
  if (/"[^"]*$/.test(source.replaceAll(/"(?:[^"\\]|\\.)*"/g, ''))) return undefined
  const path = PATH.exec(source)?.[0] ?? ''
  const names = path.split('.').map((name) => name.replace(/\[[^\][]*\]$/, '').replaceAll('`', ''))
  const typed = path.slice(path.lastIndexOf('.') + 1)
  const members = membersAt(names.slice(0, -1), known)
  if (members.size === 0) return undefined
  const suggestions = [...members]
    .slice(0, MAX_SUGGESTIONS)
    .map(([name, detail]): Suggestion => ({ text: quoted(name), detail, kind: 'member' }))
  return { from: source.length - typed.length, suggestions }
}

const quoted = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) ? name : `\`${name}\``)

/** Names of the members at a path, each with what is known of it. */
const membersAt = (path: readonly string[], { scope, outputs }: Known): ReadonlyMap<string, string> => {
  const members = new Map<string, string>()
  for (const [name, detail] of fromSchema(path, outputs)) members.set(name, detail)
  const value = path.reduce<unknown>(childOf, scope)
  for (const [name, child] of entriesOf(value)) if (child !== undefined) members.set(name, typeName(child))
  return members
}

const fromSchema = (path: readonly string[], outputs: Known['outputs']): [string, string][] => {
  if (path.length === 1 && path[0] === 'steps') return [...outputs.keys()].map((id) => [id, 'step'])
  const [root, id, output, ...rest] = path
  const schema = id === undefined ? undefined : outputs.get(id)
  if (root !== 'steps' || schema === undefined) return []
  if (output === undefined) return [['output', describe(schema)]]
  const inner = rest.reduce<JsonSchema | undefined>((each, name) => propertyOf(each, name), schema)
  return Object.entries(itemOf(inner)?.properties ?? {}).map(([name, each]) => [name, describe(each)])
}

const itemOf = (schema: JsonSchema | undefined): JsonSchema | undefined =>
  schema?.type === 'array' ? schema.items : schema

const propertyOf = (schema: JsonSchema | undefined, name: string): JsonSchema | undefined =>
  itemOf(schema)?.properties?.[name]

const TYPE_NAMES: Readonly<Record<string, string>> = { string: 'text', integer: 'number', array: 'list' }
const describe = ({ type }: JsonSchema): string =>
  typeof type === 'string' ? (TYPE_NAMES[type] ?? type) : 'any value'

/** A path over a list goes on in its items, as JSONata does. */
const childOf = (value: unknown, name: string): unknown => {
  const holder: unknown = Array.isArray(value) ? value[0] : value
  return typeof holder === 'object' && holder !== null && Object.hasOwn(holder, name)
    ? Object.getOwnPropertyDescriptor(holder, name)?.value
    : undefined
}

const entriesOf = (value: unknown): [string, Json | undefined][] => {
  const holder: unknown = Array.isArray(value) ? value[0] : value
  return typeof holder === 'object' && holder !== null ? Object.entries(holder) : []
}
