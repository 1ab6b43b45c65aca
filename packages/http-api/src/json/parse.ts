import { type Json, MillraceError, parseJson, refuseProto } from '@millrace/contracts'

export const MAX_JSON_DEPTH = 100

const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const QUOTE = 0x22
const BACKSLASH = 0x5c

/**
 * Reads JSON from outside. Stricter than RFC 8259 where a value could not be stored or could reach a prototype:
 * throws MALFORMED_JSON on bytes that are not UTF-8, on NUL characters and lone surrogates (Postgres refuses
 * both) and on a `__proto__` key; JSON_TOO_DEEP beyond 100 levels; NUMBER_TOO_LARGE beyond every double.
 */
export const parseJsonBody = (bytes: Uint8Array): Json => {
  checkDepth(bytes)
  const text = decode(bytes)
  const value = parse(text)
  // Only these two can hide what the walk looks for, so almost no body pays for it.
  if (text.includes('\\u') || text.includes('__proto__')) {
    refuseProto(value)
    checkValue(value)
  }
  return value
}

/** Before parsing, so that a hostile body costs one pass over its bytes and no stack. */
const checkDepth = (bytes: Uint8Array): void => {
  let depth = 0
  let inString = false
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]
    if (inString) {
      if (byte === BACKSLASH) i++
      else if (byte === QUOTE) inString = false
    } else if (byte === QUOTE) inString = true
    else if (byte === OPEN_BRACKET || byte === OPEN_BRACE) {
      depth++
      if (depth > MAX_JSON_DEPTH) throw new MillraceError('JSON_TOO_DEEP')
    } else if (byte === CLOSE_BRACKET || byte === CLOSE_BRACE) depth--
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

const decode = (bytes: Uint8Array): string => {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new MillraceError('MALFORMED_JSON', 'The body is not valid UTF-8')
  }
}

const parse = (text: string): Json => {
  try {
    return parseJson(text)
  } catch (error) {
    if (error instanceof MillraceError) throw error
    // The message of V8 quotes the body, which may hold a secret (I8): keep the position only.
    const position = error instanceof Error ? /at position \d+/.exec(error.message)?.[0] : undefined
    throw new MillraceError(
      'MALFORMED_JSON',
      `The body is not valid JSON${position === undefined ? '' : ` (${position})`}`,
    )
  }
}

const LONE_SURROGATE = /\p{Surrogate}/u

const checkValue = (value: Json): void => {
  if (typeof value === 'string') checkText(value)
  else if (Array.isArray(value)) value.forEach(checkValue)
  else if (value !== null && typeof value === 'object')
    for (const [key, member] of Object.entries(value)) {
      checkText(key)
      checkValue(member)
    }
}

const checkText = (text: string): void => {
  if (text.includes('\0')) throw new MillraceError('MALFORMED_JSON', 'A text holds a NUL character')
  if (LONE_SURROGATE.test(text))
    throw new MillraceError('MALFORMED_JSON', 'A text holds half of a surrogate pair')
}
