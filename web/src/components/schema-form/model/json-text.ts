import { type Json, readWrittenJson, stringifyJson } from '@millrace/contracts'

/** JSON as somebody writes it. */
export interface JsonText {
  readonly text: string
  /** The last value that the text gave. */
  readonly value: Json | undefined
}

export type ReadJson =
  | { readonly ok: true; readonly value: Json | undefined }
  | { readonly ok: false; readonly message: string }

/** Nothing written is no value. */
export const readJsonText = (text: string): ReadJson => {
  if (text.trim() === '') return { ok: true, value: undefined }
  const read = readWrittenJson(text)
  if (read.ok) return read
  const { at, message } = read
  return {
    ok: false,
    message: at === undefined ? message : `Line ${at.line}, column ${at.column}: ${message}`,
  }
}

export const writeJsonText = (value: Json | undefined): string =>
  value === undefined ? '' : stringifyJson(value, 2)
