import type { Json } from '@millrace/contracts'

/** True for a string that is resolved before the node sees it. */
export const isTemplate = (value: unknown): value is string =>
  typeof value === 'string' && value.includes('{{')

/** Every string of a params tree with its JSON pointer, depth first. */
export const stringsIn = (value: Json, pointer = ''): { pointer: string; text: string }[] => {
  if (typeof value === 'string') return [{ pointer, text: value }]
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, child]) => stringsIn(child, pointer + pointerToken(key)))
}

/** One reference token of RFC 6901 with its slash. */
export const pointerToken = (key: PropertyKey): string =>
  `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
