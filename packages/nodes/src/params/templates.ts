import type { Json } from '@millrace/contracts'

/** True for a string that is resolved before the node sees it. */
export const isTemplate = (value: unknown): value is string =>
  typeof value === 'string' && value.includes('{{')

/**
 * The JSONata source of a raw expression, without one enclosing `{{ }}`. Undefined when templates are mixed
 * with text: such a string is no expression.
 */
export const expressionSource = (text: string): string | undefined => {
  const trimmed = text.trim()
  if (!trimmed.includes('{{')) return trimmed === '' ? undefined : trimmed
  if (!trimmed.startsWith('{{') || !trimmed.endsWith('}}')) return undefined
  const inner = trimmed.slice(2, -2).trim()
  return inner === '' || inner.includes('{{') ? undefined : inner
}

/** Every string of a params tree with its JSON pointer, depth first. */
export const stringsIn = (value: Json, pointer = ''): { pointer: string; text: string }[] => {
  if (typeof value === 'string') return [{ pointer, text: value }]
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, child]) => stringsIn(child, pointer + pointerToken(key)))
}

/** One reference token of RFC 6901 with its slash. */
export const pointerToken = (key: PropertyKey): string =>
  `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
