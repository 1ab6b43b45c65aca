import { MillraceError } from '@millrace/contracts'
import type { Part } from './scan.js'

/**
 * Joins a template that is a URL: a value in it is encoded for where it stands, so that what comes from outside can
 * neither begin another part of the URL nor leave its segment. As it is stays what begins the URL, which is a URL or its
 * beginning, and what an expression has encoded itself. A value that is missing, undefined here, is nothing in the query
 * and the fragment. Anywhere before it would lead to another resource, such as all of them instead of one.
 * Throws MillraceError EXPRESSION_FAILED, or INVALID_PARAMS for a missing value.
 */
export function joinUrl(parts: readonly Part[], texts: readonly (string | undefined)[]): string {
  let url = ''
  let begun = false
  const encoded: Range[] = []
  for (const [index, part] of parts.entries()) {
    const text = textOf(part, texts[index], url)
    const isValue = part.kind === 'expression'
    begun ||= !isValue && text.trim() !== ''
    if (!isValue || !begun || encodesItself(part.source)) {
      url += text
      continue
    }
    const from = url.length
    url += encodeFor(url, text)
    encoded.push({ from, to: url.length })
  }
  refuseDots(url, encoded)
  return url
}

function textOf(part: Part, text: string | undefined, before: string): string {
  if (text !== undefined) return text
  if (part.kind === 'text' || /[?#]/.test(before)) return ''
  throw new MillraceError(
    'INVALID_PARAMS',
    `${shortened(part.source)} gives no value, so the URL would lead to another place`,
  )
}

const SHOWN_CHARACTERS = 200

const shortened = (source: string): string =>
  source.length <= SHOWN_CHARACTERS ? source : `${source.slice(0, SHOWN_CHARACTERS)}…`

/** Of characters, `to` excluded. */
interface Range {
  readonly from: number
  readonly to: number
}

/** An expression that names one of these functions says how its value is to be encoded. */
const encodesItself = (source: string): boolean => /\$encodeUrl(?:Component)?\b/.test(source)

const LONE_SURROGATE = /\p{Surrogate}/u

function encodeFor(before: string, text: string): string {
  if (LONE_SURROGATE.test(text))
    throw new MillraceError('EXPRESSION_FAILED', 'a value of the URL holds half of a surrogate pair')
  // What ends a host makes the URL invalid once it is encoded: a host is never read from half of a value.
  return isInAuthority(before) ? text.replace(/[/?#\\@%\s]/g, encodeURIComponent) : encodeURIComponent(text)
}

/** `https://` and what follows it, as far as host and port go. RFC 3986, section 3.2. */
const isInAuthority = (before: string): boolean => /^\s*[a-z][a-z0-9+.-]*:\/\/[^/?#\\]*$/i.test(before)

/** No encoding keeps these from being taken for a step up the path (WHATWG URL, section 4.4). */
function refuseDots(url: string, values: readonly Range[]): void {
  if (values.length === 0) return
  let from = 0
  for (const segment of url.split(/[?#]/, 1)[0]!.split('/')) {
    const to = from + segment.length
    if (/^(?:\.|%2e){1,2}$/i.test(segment) && values.some((value) => value.from < to && value.to > from))
      throw new MillraceError(
        'EXPRESSION_FAILED',
        `a value makes a segment of the path "${segment}", which leads to another path`,
      )
    from = to + 1
  }
}
