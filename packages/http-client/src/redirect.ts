import { type Hop, parseUrl } from './hop.js'

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
/** Headers that are meant for one origin only: they speak for the caller, or name the host. */
const ORIGIN_HEADERS = ['authorization', 'cookie', 'proxy-authorization', 'host']
const BODY_HEADERS = ['content-type', 'content-length', 'content-encoding', 'transfer-encoding']

/** Where an answer sends its reader; undefined when it is no redirect. RFC 9110, section 15.4. */
export const redirectTarget = (
  status: number,
  location: string | string[] | undefined,
): string | undefined => (REDIRECTS.has(status) && typeof location === 'string' ? location : undefined)

/** The request that follows a redirect. Throws MillraceError HTTP_INVALID_URL. */
export function nextHop(hop: Hop, status: number, location: string): Hop {
  const url = parseUrl(URL.parse(location, hop.url.href)?.href ?? location)
  const headers = { ...hop.headers }
  if (url.origin !== hop.url.origin)
    for (const name of [...ORIGIN_HEADERS, ...hop.secretHeaders]) delete headers[name]
  const becomesGet =
    status === 303 ? hop.method !== 'HEAD' : (status === 301 || status === 302) && hop.method === 'POST'
  if (!becomesGet) return { ...hop, url, headers }
  for (const name of BODY_HEADERS) delete headers[name]
  return { ...hop, url, method: 'GET', headers, body: undefined }
}
