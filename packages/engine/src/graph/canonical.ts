import { type Definition, type Json, stringifyJson } from '@millrace/contracts'

/** The definition as text, the same for all that run the same: without `ui`, keys in order. Hash this. */
export function canonicalContent({ ui: _ui, ...content }: Definition): string {
  return stringifyJson(sortKeys(content as unknown as Json))
}

export function sortKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (value === null || typeof value !== 'object') return value
  const keys = Object.keys(value).sort()
  return Object.fromEntries(
    keys.filter((key) => value[key] !== undefined).map((key) => [key, sortKeys(value[key]!)]),
  )
}
