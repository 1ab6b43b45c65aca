import { type Json, type JsonObject, stringifyJson } from '@millrace/contracts'

/** Reads and changes of plain values; nothing here changes what it is given. */

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const memberOf = (value: Json | undefined, name: string): Json | undefined =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined

/** Undefined takes the member away. `__proto__` is left out: no value may have it. */
export const withMember = (value: Json | undefined, name: string, member: Json | undefined): JsonObject => {
  const { [name]: _, ...rest } = isObject(value) ? value : {}
  if (member === undefined || name === '__proto__') return rest
  // A member that was there keeps its place.
  return isObject(value) && Object.hasOwn(value, name)
    ? Object.fromEntries(Object.entries(value).map(([key, old]) => [key, key === name ? member : old]))
    : { ...rest, [name]: member }
}

export const withItem = (items: readonly Json[], at: number, item: Json | undefined): Json[] =>
  item === undefined ? items.toSpliced(at, 1) : items.with(at, item)

/** A record's row under another name, in its place; refused when the name is taken. */
export const renameMember = (value: JsonObject, from: string, to: string): JsonObject =>
  from === to || Object.hasOwn(value, to) || to === '__proto__'
    ? value
    : Object.fromEntries(Object.entries(value).map(([key, member]) => [key === from ? to : key, member]))

/** What is written in a text field for a value that need not be text. */
export const toText = (value: Json | undefined): string => {
  if (value === undefined) return ''
  return typeof value === 'string' ? value : stringifyJson(value)
}

/** RFC 6901, one token with its slash. */
export const pointerTo = (pointer: string, name: string | number): string =>
  `${pointer}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`
