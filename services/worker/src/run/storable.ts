import { type Json, MillraceError, RESERVED_KEYS, stringifyJson } from '@millrace/contracts'

/** Outputs above this are stored once, by reference (D21). Bytes of JSON. */
const INLINE_LIMIT = 256 * 1024
/** No output may be larger. Bytes of JSON. */
export const OUTPUT_LIMIT = 32 * 1024 * 1024

const SUSPICIOUS = /\\u0000|\\ud[89a-f]/i
// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is what Postgres refuses in jsonb
const UNSTORABLE_CHARACTERS = /\u0000|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

export interface StorableOutput {
  readonly value: Json | undefined
  /** Present when the value is too large for its event. */
  readonly stored?: { readonly body: string; readonly bytes: number }
}

/**
 * Makes a node's output storable (D7): what Postgres refuses in jsonb (NUL, lone surrogates) becomes U+FFFD,
 * and a large value (bytes of JSON over `inlineLimit`) is split off to be stored by reference. Throws OUTPUT_TOO_LARGE and UNSTORABLE_OUTPUT.
 */
export function toStorable(output: Json | undefined, inlineLimit = INLINE_LIMIT): StorableOutput {
  if (output === undefined || output === null || typeof output === 'number' || typeof output === 'boolean') {
    return { value: output }
  }
  const first = stringify(output)
  if (!SUSPICIOUS.test(first)) return sized(output, first, inlineLimit)
  const repaired = repair(output)
  return sized(repaired, stringify(repaired), inlineLimit)
}

/** A value that is not a step's output, made storable the same way. */
export const storableJson = (value: Json): Json => (SUSPICIOUS.test(stringify(value)) ? repair(value) : value)

export const storableText = (text: string): string => text.replace(UNSTORABLE_CHARACTERS, '\ufffd')

function sized(output: Json, text: string, inlineLimit: number): StorableOutput {
  if (text.length <= inlineLimit / 4) return { value: output }
  const bytes = Buffer.byteLength(text)
  if (bytes > OUTPUT_LIMIT) {
    throw new MillraceError(
      'OUTPUT_TOO_LARGE',
      `the output has ${bytes} bytes; at most ${OUTPUT_LIMIT} are kept`,
    )
  }
  return bytes <= inlineLimit ? { value: output } : { value: output, stored: { body: text, bytes } }
}

/** `<path>/<attempt>/<epoch>`: never shared between attempts or owners (D21). */
export const payloadKey = (path: string, attempt: number, epoch: number): string =>
  `${path}/${attempt}/${epoch}`

function stringify(output: Json): string {
  try {
    return stringifyJson(output) ?? 'null'
  } catch (cause) {
    throw new MillraceError('UNSTORABLE_OUTPUT', `the output is not JSON: ${String(cause)}`, { cause })
  }
}

function repair(value: Json): Json {
  if (typeof value === 'string') return storableText(value)
  if (Array.isArray(value)) return value.map(repair)
  if (value === null || typeof value !== 'object') return value
  const out: { [key: string]: Json } = {}
  for (const [key, member] of Object.entries(value)) {
    if (!RESERVED_KEYS.has(key)) out[storableText(key)] = repair(member)
  }
  return out
}
