import { MillraceError } from '@millrace/contracts'

/** One request of a chain of redirects. Header names in lower case. */
export interface Hop {
  readonly url: URL
  readonly method: string
  readonly headers: Record<string, string>
  /** Headers that no other origin is sent. */
  readonly secretHeaders: readonly string[]
  readonly body: string | Uint8Array | undefined
}

/** Only absolute http(s); names and passwords in a URL would end up in logs. */
export function parseUrl(text: string): URL {
  const url = URL.parse(text)
  if (url === null) throw new MillraceError('HTTP_INVALID_URL', 'the URL is not valid')
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new MillraceError('HTTP_INVALID_URL', `${url.protocol} is not http: or https:`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new MillraceError('HTTP_INVALID_URL', 'the URL holds a name or password: use a credential')
  }
  return url
}
