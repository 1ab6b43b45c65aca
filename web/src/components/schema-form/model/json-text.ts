import { type Json, parseJson, stringifyJson } from '@millrace/contracts'

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
  try {
    return { ok: true, value: parseJson(text) }
  } catch (error) {
    return { ok: false, message: `Not JSON yet: ${error instanceof Error ? error.message : String(error)}` }
  }
}

export const writeJsonText = (value: Json | undefined): string =>
  value === undefined ? '' : stringifyJson(value, 2)
