import { pino } from 'pino'

/** Keeps secrets out of log lines (I8): by the name of the member, at any depth, and inside URLs. */

const SECRET_NAME =
  /authorization|cookie|password|passwd|secret|token|api[-_]?key|master[-_]?key|private[-_]?key|credential(?!(name|id)$)/i
const REDACTED = '[redacted]'
/** Deeper objects are cut off: a log line is no place for them. */
const MAX_DEPTH = 8

/**
 * A copy without the values of secret members. Errors become plain objects. Instances of other classes are left
 * to the logger's serializers.
 */
export const redact = (value: unknown, depth = 0): unknown => {
  if (value instanceof Error) return redact(pino.stdSerializers.err(value), depth)
  if (!isPlain(value)) return value
  if (depth === MAX_DEPTH) return '[deeper]'
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      SECRET_NAME.test(name) ? REDACTED : redact(member, depth + 1),
    ]),
  )
}

const isPlain = (value: unknown): value is object => {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  // A serialized error has a prototype of its own.
  return prototype === Object.prototype || prototype === null || Array.isArray(value) || 'stack' in value
}

/** `postgres://user:password@host` in any text. */
export const redactUrls = (text: string): string =>
  text.replaceAll(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/"]*):[^\s@/"]+@/gi, `$1:${REDACTED}@`)
