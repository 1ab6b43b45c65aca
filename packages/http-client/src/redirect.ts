import { type Hop, parseUrl } from './hop.js'

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
/** Headers that speak for the caller to one origin only. */
const SECRET_HEADERS = ['authorization', 'cookie', 'proxy-authorization']
const BODY_HEADERS = ['content-type', 'content-length', 'content-encoding', 'transfer-encoding']

/** The request that follows a redirect; undefined when the answer is none. RFC 9110, section 15.4. */
export function nextHop(hop: Hop, status: number, location: string | string[] | undefined): Hop | undefined {
  if (!REDIRECTS.has(status) || typeof location !== 'string') return undefined
  const url = parseUrl(URL.parse(location, hop.url.href)?.href ?? location)
  const headers = { ...hop.headers }
  if (url.origin !== hop.url.origin) for (const name of SECRET_HEADERS) delete headers[name]
  const becomesGet =
    status === 303 ? hop.method !== 'HEAD' : (status === 301 || status === 302) && hop.method === 'POST'
  if (!becomesGet) return { url, method: hop.method, headers, body: hop.body }
  for (const name of BODY_HEADERS) delete headers[name]
  return { url, method: 'GET', headers, body: undefined }
}
