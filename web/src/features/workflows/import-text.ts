import { type Json, readWrittenJson } from '@millrace/contracts'

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
  const read = readWrittenJson(text)
  if (!read.ok)
    return read.at === undefined
      ? { kind: 'refused', message: `${read.message}.` }
      : { kind: 'broken', message: `${read.message}.`, ...read.at }
  const { value } = read
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { kind: 'refused', message: 'A definition is a JSON object: { "format": "millrace/v1", … }' }
  return { kind: 'definition', value, name: typeof value['name'] === 'string' ? value['name'] : undefined }
}
