import { type Json, MillraceError, parseJson, repeatedKeys, stringifyJson } from '@millrace/contracts'
import { findJsonBreak } from './json-break.js'

/** What somebody pasted or dropped, read as JSON; where it breaks, the place and why. */
export type ImportedText =
  | { readonly kind: 'empty' }
  | { readonly kind: 'definition'; readonly value: Json; readonly name: string | undefined }
  | { readonly kind: 'broken'; readonly message: string; readonly line: number; readonly column: number }
  | { readonly kind: 'refused'; readonly message: string }

/** Bytes: the server's own limit for a definition. */
export const MAX_IMPORT_BYTES = 16 * 1024 * 1024

export const readImport = (text: string): ImportedText => {
  if (text.trim() === '') return { kind: 'empty' }
  if (text.length > MAX_IMPORT_BYTES)
    return { kind: 'refused', message: 'This is over 16 MB: not a definition.' }
  let value: Json
  try {
    value = parseJson(text)
  } catch (error) {
    if (error instanceof MillraceError) return { kind: 'refused', message: error.message }
    const offset = findJsonBreak(text)
    return { kind: 'broken', ...explain(text, offset), ...placeOf(text, offset) }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { kind: 'refused', message: 'A definition is a JSON object: { "format": "millrace/v1", … }' }
  const [repeated] = repeatedKeys(text)
  if (repeated !== undefined)
    return { kind: 'refused', message: `The key at ${repeated} stands there twice: remove one of the two.` }
  return { kind: 'definition', value, name: typeof value['name'] === 'string' ? value['name'] : undefined }
}

const placeOf = (text: string, offset: number) => {
  const lines = text.slice(0, offset).split('\n')
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 }
}

const explain = (text: string, offset: number): { message: string } => {
  const found = text[offset]
  if (offset >= text.trimEnd().length)
    return { message: 'The text ends too early: a bracket or quote is open.' }
  if (found === '"') return { message: 'The text in these quotes is not closed, or holds a line break.' }
  if (found === "'") return { message: 'JSON needs double quotes.' }
  if (found === '}' || found === ']') return { message: `There is a comma too many before this ${found}` }
  return { message: `JSON cannot go on with ${stringifyJson(found)} here.` }
}
