import { type Json, MillraceError, stringifyJson } from '@millrace/contracts'
import { formatArray, type Nested } from './arrays.js'
import type { TypeCatalogue } from './catalogue.js'
import { OID } from './oids.js'

/**
 * The values of a statement's parameters as the text that Postgres reads for their types, so that the database decides
 * what is a date, a number or a boolean. Throws INVALID_PARAMS, which names the parameter.
 */
export function encodeValues(
  values: readonly Json[],
  oids: readonly number[],
  types: TypeCatalogue,
): (string | null)[] {
  if (values.length !== oids.length)
    throw invalid(`the query has ${oids.length} parameters, and ${values.length} values are given`)
  return values.map((value, index) => {
    try {
      return encodeValue(value, oids[index] ?? 0, types)
    } catch (error) {
      throw error instanceof MillraceError ? invalid(`params.${index}: ${error.message}`) : error
    }
  })
}

/** An array takes one value as its only element, and none as no element: what a list with one item or none came to. */
function encodeValue(value: Json, oid: number, types: TypeCatalogue): string | null {
  const type = types.get(oid)
  if (type.element === undefined) return value === null ? null : encodeScalar(value, type.oid)
  const items = value === null ? [] : Array.isArray(value) ? value : [value]
  return formatArray(encodeItems(items, type.element, types), type.delimiter)
}

/** Lists within a list are dimensions of the array, but in an array of JSON they are its values. */
const encodeItems = (items: readonly Json[], oid: number, types: TypeCatalogue): Nested<string | null> => {
  const element = types.get(oid)
  return items.map((item) => {
    if (item === null) return null
    if (Array.isArray(item) && !isJson(element.oid)) return encodeItems(item, oid, types)
    return encodeScalar(item, element.oid)
  })
}

const isJson = (oid: number): boolean => oid === OID.json || oid === OID.jsonb

function encodeScalar(value: NonNullable<Json>, oid: number): string {
  if (isJson(oid)) return stringifyJson(value)
  if (oid === OID.bytea && typeof value === 'object') return encodeBytes(value)
  if (typeof value === 'string') return storable(value)
  return typeof value === 'object' ? stringifyJson(value) : String(value)
}

function encodeBytes(value: object): string {
  const base64 = 'base64' in value ? value.base64 : undefined
  if (typeof base64 !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64))
    throw invalid('bytes are text, or an object with their `base64`')
  return `\\x${Buffer.from(base64, 'base64').toString('hex')}`
}

/** What Postgres would refuse, or what would be sent as another character. */
export function storable(text: string): string {
  if (text.includes('\u0000'))
    throw invalid('the text holds the character U+0000, which Postgres cannot store')
  if (/\p{Surrogate}/u.test(text))
    throw invalid('the text holds half of a surrogate pair, which is no character')
  return text
}

const invalid = (message: string): MillraceError =>
  new MillraceError('INVALID_PARAMS', message, { details: { retryable: false } })
