import { type Json, MillraceError, refuseUnstorable, stringifyJson } from '@millrace/contracts'

/** Outputs above this are stored once, by reference (D21). Bytes of JSON. */
const INLINE_LIMIT = 256 * 1024
/** No output may be larger. Bytes of JSON. */
export const OUTPUT_LIMIT = 32 * 1024 * 1024

// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is what Postgres refuses
const UNSTORABLE_CHARACTERS = /\u0000|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

export interface StorableOutput {
  readonly value: Json | undefined
  /** Present when the value is too large for its event. */
  readonly stored?: { readonly body: string; readonly bytes: number }
}

/**
 * A node's output as it is stored (D7, D21): a large value (bytes of JSON over `inlineLimit`) is split off to be
 * stored by reference. Throws OUTPUT_TOO_LARGE, UNSTORABLE_VALUE, and UNSTORABLE_OUTPUT for what is no JSON.
 */
export function toStorable(output: Json | undefined, inlineLimit = INLINE_LIMIT): StorableOutput {
  if (output === undefined || output === null || typeof output === 'number' || typeof output === 'boolean') {
    return { value: output }
  }
  const text = stringify(output)
  refuseUnstorable(output, 'the output', text)
  return sized(output, text, inlineLimit)
}

/**
 * What only tells of a run, its logs and errors, made storable: losing it would be worse than U+FFFD for each
 * character that Postgres refuses.
 */
export function storableJson(value: Json): Json {
  if (typeof value === 'string') return storableText(value)
  if (Array.isArray(value)) return value.map(storableJson)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [storableText(key), storableJson(member)]),
  )
}

/** As `storableJson`. */
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
