import { MillraceError } from '@millrace/contracts'
import type { Part } from './scan.js'

/**
 * Joins a template that is a URL: a value in it is encoded for where it stands, so that what comes from outside can
 * neither begin another part of the URL nor leave its segment. As it is stays what begins the URL, which is a URL or its
 * beginning, and what an expression has encoded itself. Throws MillraceError EXPRESSION_FAILED.
 */
export function joinUrl(parts: readonly Part[], texts: readonly string[], pointer: string): string {
  let url = ''
  let begun = false
  const encoded: Range[] = []
  for (const [index, part] of parts.entries()) {
    const text = texts[index] ?? ''
    const isValue = part.kind === 'expression'
    begun ||= !isValue && text.trim() !== ''
    if (!isValue || !begun || encodesItself(part.source)) {
      url += text
      continue
    }
    const from = url.length
    url += encodeFor(url, text, pointer)
    encoded.push({ from, to: url.length })
  }
  refuseDots(url, encoded, pointer)
  return url
}

/** Of characters, `to` excluded. */
interface Range {
  readonly from: number
  readonly to: number
}

/** An expression that names one of these functions says how its value is to be encoded. */
const encodesItself = (source: string): boolean => /\$encodeUrl(?:Component)?\b/.test(source)

const LONE_SURROGATE = /\p{Surrogate}/u

function encodeFor(before: string, text: string, pointer: string): string {
  if (LONE_SURROGATE.test(text))
    throw new MillraceError(
      'EXPRESSION_FAILED',
      `${pointer}: a value of the URL holds half of a surrogate pair`,
    )
  // What ends a host makes the URL invalid once it is encoded: a host is never read from half of a value.
  return isInAuthority(before) ? text.replace(/[/?#\\@%\s]/g, encodeURIComponent) : encodeURIComponent(text)
}

/** `https://` and what follows it, as far as host and port go. RFC 3986, section 3.2. */
const isInAuthority = (before: string): boolean => /^\s*[a-z][a-z0-9+.-]*:\/\/[^/?#\\]*$/i.test(before)

/** No encoding keeps these from being taken for a step up the path (WHATWG URL, section 4.4). */
function refuseDots(url: string, values: readonly Range[], pointer: string): void {
  if (values.length === 0) return
  let from = 0
  for (const segment of url.split(/[?#]/, 1)[0]!.split('/')) {
    const to = from + segment.length
    if (/^(?:\.|%2e){1,2}$/i.test(segment) && values.some((value) => value.from < to && value.to > from))
      throw new MillraceError(
        'EXPRESSION_FAILED',
        `${pointer}: a value makes a segment of the path "${segment}", which leads to another path`,
      )
    from = to + 1
  }
}
