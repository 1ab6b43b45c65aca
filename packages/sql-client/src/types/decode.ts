import { type Json, parseForeignJson, readNumber } from '@millrace/contracts'
import { parseArray } from './arrays.js'
import type { TypeCatalogue } from './catalogue.js'
import { OID } from './oids.js'
import { decodeInstant, decodeTimestamp } from './times.js'

/** A value as Postgres writes it, as JSON that loses nothing of it: docs/NODES.md, `postgres.query`. */
export function decodeValue(text: string | null, oid: number, types: TypeCatalogue): Json {
  if (text === null) return null
  const type = types.get(oid)
  const { element } = type
  if (element === undefined) return decodeScalar(text, type.oid)
  return parseArray(text, type.delimiter, (each) => decodeValue(each, element, types)) as Json
}

function decodeScalar(text: string, oid: number): Json {
  switch (oid) {
    case OID.bool:
      return text === 't'
    case OID.int2:
    case OID.int4:
    case OID.oid:
      return Number(text)
    case OID.float4:
    case OID.float8:
      return decodeFloat(text)
    case OID.json:
    case OID.jsonb:
      return parseForeignJson(text)
    case OID.bytea:
      return decodeBytes(text)
    case OID.timestamp:
      return decodeTimestamp(text)
    case OID.timestamptz:
      return decodeInstant(text)
    default:
      return text
  }
}

/** JSON has no NaN and no infinity: they stay text. */
const decodeFloat = (text: string): Json => readNumber(text) ?? text

/** As bytes are everywhere in a run: docs/NODES.md. */
const decodeBytes = (text: string): Json => {
  const bytes = text.startsWith('\\x') ? Buffer.from(text.slice(2), 'hex') : unescapeBytes(text)
  return { base64: bytes.toString('base64'), contentType: 'application/octet-stream', size: bytes.length }
}

/** The older format, which a server may be set to: `bytea_output = escape`. */
const unescapeBytes = (text: string): Buffer =>
  Buffer.from(
    text.replace(/\\(\\|[0-7]{3})/g, (_, code) =>
      code === '\\' ? '\\' : String.fromCharCode(Number.parseInt(code, 8)),
    ),
    'latin1',
  )
