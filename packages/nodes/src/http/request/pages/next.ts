import { type Json, MillraceError } from '@millrace/contracts'
import type { NodeHttpRequest } from '../../../define.js'
import { nextLink } from './link.js'
import type { Pagination } from './params.js'

/** A page that has come. */
export interface Page {
  readonly call: NodeHttpRequest
  /** Where it came from in the end, after redirects. */
  readonly url: string
  /** Names in lower case. */
  readonly headers: Record<string, string>
  /** From 0. */
  readonly index: number
  /** Items on this page; undefined where no list tells. */
  readonly count: number | undefined
  /** Items on all pages so far. */
  readonly counted: number
}

/** What an expression gives on this page. */
export type Ask = (source: string) => Promise<Json | undefined>

/** The first page's call. */
export const firstCall = (call: NodeHttpRequest, mode: Pagination): NodeHttpRequest =>
  mode.mode === 'page' || mode.mode === 'offset'
    ? withParams(call, {
        [mode.param]: String(mode.start),
        ...(mode.size === undefined ? {} : { [mode.sizeParam]: String(mode.size) }),
      })
    : call

/** The call of the page after this one; undefined at the end. Throws NODE_FAILED, HTTP_INVALID_URL. */
export const nextCall = async (
  mode: Pagination,
  page: Page,
  ask: Ask,
): Promise<NodeHttpRequest | undefined> => {
  switch (mode.mode) {
    case 'link':
      return linkedCall(page, nextLink(page.headers.link))
    case 'cursor': {
      const cursor = cursorText(await ask(mode.next))
      if (cursor === undefined || mode.param === undefined) return linkedCall(page, cursor)
      return withParams(page.call, { [mode.param]: cursor })
    }
    default: {
      if (await isLast(mode, page, ask)) return undefined
      // By what came, not by what was asked for: servers give less than that.
      const at = mode.start + (mode.mode === 'page' ? page.index + 1 : page.counted)
      return withParams(page.call, { [mode.param]: String(at) })
    }
  }
}

const isLast = async (
  mode: Extract<Pagination, { mode: 'page' | 'offset' }>,
  page: Page,
  ask: Ask,
): Promise<boolean> => {
  if (page.count === undefined)
    throw new MillraceError(
      'NODE_FAILED',
      'The body of a page is no list: say with `items` where its list is',
    )
  if (page.count === 0 || mode.total === undefined) return page.count === 0
  const total = await ask(mode.total)
  if (typeof total === 'number' || (typeof total === 'string' && /^\d+$/.test(total)))
    return page.counted >= Number(total)
  throw new MillraceError('NODE_FAILED', '`total` gives no number')
}

const cursorText = (cursor: Json | undefined): string | undefined => {
  if (cursor === undefined || cursor === null || cursor === '' || cursor === false) return undefined
  if (typeof cursor === 'string' || typeof cursor === 'number' || typeof cursor === 'bigint')
    return String(cursor)
  throw new MillraceError('NODE_FAILED', '`next` gives neither a text nor a number')
}

const withParams = (call: NodeHttpRequest, params: Record<string, string>): NodeHttpRequest => {
  const url = new URL(call.url)
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value)
  return { ...call, url: url.href }
}

const linkedCall = ({ call, url: base }: Page, target: string | undefined): NodeHttpRequest | undefined => {
  if (target === undefined) return undefined
  const url = URL.parse(target, base)
  // Not repeated: it may hold a token (I8).
  if (url === null) throw new MillraceError('HTTP_INVALID_URL', 'The link to the next page is no URL')
  const next = { ...call, url: url.href }
  return url.origin === new URL(call.url).origin ? next : withoutSecrets(next)
}

/** Headers that are meant for one origin only, as at a redirect. They stay away, wherever later links lead (I8). */
const ORIGIN_HEADERS = ['authorization', 'cookie', 'proxy-authorization', 'host']

const withoutSecrets = ({ credential: _, secretHeaders = [], ...call }: NodeHttpRequest): NodeHttpRequest => {
  const secret = new Set([...ORIGIN_HEADERS, ...secretHeaders.map((name) => name.toLowerCase())])
  const kept = Object.entries(call.headers ?? {}).filter(([name]) => !secret.has(name.toLowerCase()))
  return { ...call, headers: Object.fromEntries(kept) }
}
