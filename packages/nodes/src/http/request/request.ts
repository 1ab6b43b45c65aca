import { type CredentialData, MillraceError } from '@millrace/contracts'
import type { NodeHttpRequest } from '../../define.js'
import { pairsOf } from '../content/form.js'
import { writeContent } from '../content/write.js'
import type { HttpRequestParams } from './params.js'

const READ_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

export const isRead = (method: string): boolean => READ_METHODS.has(method)

/** The call to make. Throws HTTP_INVALID_URL, or INVALID_PARAMS for a credential or a body of an unfit type. */
export const buildRequest = (
  params: HttpRequestParams,
  credential: CredentialData | undefined,
  idempotencyKey: string,
): NodeHttpRequest => {
  const headers = lowerCaseNames(params.headers ?? {})
  const written =
    params.body === undefined ? undefined : writeContent(params.body, headers['content-type'], params.lists)
  return {
    method: params.method,
    url: withQuery(params.url, params.query ?? {}, params.lists),
    headers: {
      // The receiver can tell a repeated write from a new one (I5).
      ...(isRead(params.method) ? {} : { 'idempotency-key': idempotencyKey }),
      ...headers,
      ...(written === undefined ? {} : { 'content-type': written.contentType }),
      ...(params.auth?.digest === true ? {} : authHeaders(credential)),
    },
    ...(credential?.type === 'header' && { secretHeaders: [credential.data.name] }),
    ...(written === undefined ? {} : { body: written.content }),
    ...(params.timeoutMs === undefined ? {} : { timeoutMs: params.timeoutMs }),
    ...(params.followRedirects && params.auth?.digest !== true ? {} : { maxRedirects: 0 }),
  }
}

const withQuery = (
  text: string,
  query: NonNullable<HttpRequestParams['query']>,
  lists: HttpRequestParams['lists'],
): string => {
  // The message must not repeat the URL: it may hold a token (I8).
  if (!URL.canParse(text))
    throw new MillraceError('HTTP_INVALID_URL', 'The param `url` is not an absolute URL')
  const url = new URL(text)
  for (const [name, value] of pairsOf(query, lists)) url.searchParams.append(name, value)
  return url.href
}

/** One spelling of each name, so that what the author gave replaces a default instead of joining it. */
const lowerCaseNames = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

const authHeaders = (credential: CredentialData | undefined): Record<string, string> => {
  switch (credential?.type) {
    case undefined:
      return {}
    case 'basic':
      return { authorization: `Basic ${basicToken(credential.data)}` }
    case 'bearer':
      return { authorization: `Bearer ${credential.data.token}` }
    case 'header':
      return { [credential.data.name.toLowerCase()]: credential.data.value }
    default:
      throw new MillraceError(
        'INVALID_PARAMS',
        `A credential of type ${credential?.type} cannot sign an HTTP request: use basic, bearer or header`,
      )
  }
}

/** RFC 7617, UTF-8. */
const basicToken = ({ username, password }: { username: string; password: string }): string =>
  Buffer.from(`${username}:${password}`).toString('base64')

/** What of a credential must never come back in an output or an error (I8). */
export const secretsOf = (credential: CredentialData | undefined): readonly string[] => {
  switch (credential?.type) {
    case 'basic':
      return [credential.data.password, basicToken(credential.data)]
    case 'bearer':
      return [credential.data.token]
    case 'header':
      return [credential.data.value]
    case 'postgres':
      return [credential.data.url, URL.parse(credential.data.url)?.password ?? '']
    default:
      return []
  }
}
