import { type Json, parseJson, stringifyJson } from '@millrace/contracts'

/** Parsed JSON whose optional members may be there and undefined, without those. */
export const plain = (value: object): Json => parseJson(stringifyJson(value)) as Json
