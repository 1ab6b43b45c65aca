import { isUtf8 } from 'node:buffer'
import { UsageError } from './exit-code.js'

const UTF8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Text that somebody has given, without its byte order mark; `where` begins the message. Throws UsageError where the bytes are
 * not UTF-8: a character put in their place would be a wrong value that nobody sees.
 */
export function readUtf8(bytes: Uint8Array, where: string): string {
  if (isUtf8(bytes)) return UTF8.decode(bytes)
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  const found = isUtf16
    ? 'it begins as UTF-16 does'
    : `line ${brokenLine(bytes)} holds bytes that are no character`
  throw new UsageError(`${where} is not text in UTF-8: ${found}. Save it as UTF-8.`)
}

/** From 1. A line feed is never part of another character. */
function brokenLine(bytes: Uint8Array): number {
  let line = 1
  let from = 0
  for (let to = bytes.indexOf(0x0a); to !== -1; to = bytes.indexOf(0x0a, from)) {
    if (!isUtf8(bytes.subarray(from, to))) break
    line++
    from = to + 1
  }
  return line
}
