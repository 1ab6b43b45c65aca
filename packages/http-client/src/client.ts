import { createAddressGuard, type Resolve, systemResolve } from '@millrace/address-guard'
import { MillraceError } from '@millrace/contracts'
import { Agent, type Dispatcher } from 'undici'
import { readBody } from './body.js'
import { type Connector, createConnector } from './connector.js'
import { ACCEPTED_CODINGS } from './content-coding.js'
import { explain, MAX_HEADER_BYTES } from './failure.js'
import { type Hop, parseUrl } from './hop.js'
import { nextHop, redirectTarget } from './redirect.js'
import { isStale } from './stale.js'
import type { HttpClient, HttpRequest, HttpResponse } from './types.js'

const DEFAULT_TIMEOUT_MS = 30_000
const DEFAULT_MAX_BYTES = 10 * 1024 * 1024
const MAX_REDIRECTS = 5

export interface HttpClientOptions {
  /** CIDRs that may be called although they are private. */
  readonly allowPrivate: readonly string[]
  /** Default: the operating system's. */
  readonly resolve?: Resolve
}

/** The one client of the process. Connections are kept and reused; their number is not limited here. */
export function createHttpClient({ allowPrivate, resolve = systemResolve }: HttpClientOptions): HttpClient {
  const guard = createAddressGuard(allowPrivate)
  const connector = createConnector(guard, resolve)
  const options = {
    connect: connector.connect,
    bodyTimeout: 0,
    headersTimeout: 0,
    maxHeaderSize: MAX_HEADER_BYTES,
  }
  const out: Outlets = {
    connector,
    kept: new Agent({ ...options, pipelining: 1 }),
    fresh: new Agent({ ...options, pipelining: 0 }),
  }
  return {
    request: (request) => withDeadline(request, (deadline) => follow(out, request, deadline)),
    async close() {
      await Promise.all([out.kept.destroy(), out.fresh.destroy()])
    },
  }
}

/** Where requests leave: over connections kept from earlier ones, or each over its own. */
interface Outlets {
  readonly connector: Connector
  readonly kept: Agent
  readonly fresh: Agent
}

/** When a call has to be done: `at` in milliseconds of `performance.now()`. */
/** Node's timers fire at once beyond this. Milliseconds, 24.8 days. */
const LONGEST_TIMER = 2_147_483_647

interface Deadline {
  readonly at: number
  readonly signal: AbortSignal
}

async function withDeadline<T>(request: HttpRequest, work: (deadline: Deadline) => Promise<T>): Promise<T> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS } = request
  const deadline = new AbortController()
  const expire = () => deadline.abort(new MillraceError('HTTP_FAILED', `no answer within ${timeoutMs} ms`))
  const timer = Number.isFinite(timeoutMs)
    ? setTimeout(expire, Math.min(timeoutMs, LONGEST_TIMER))
    : undefined
  const signal =
    request.signal === undefined ? deadline.signal : AbortSignal.any([deadline.signal, request.signal])
  try {
    return await work({ at: performance.now() + timeoutMs, signal })
  } catch (error) {
    throw explain(signal.aborted ? signal.reason : error, request)
  } finally {
    clearTimeout(timer)
  }
}

async function follow(out: Outlets, request: HttpRequest, deadline: Deadline): Promise<HttpResponse> {
  let hop: Hop = {
    url: parseUrl(request.url),
    method: request.method.toUpperCase(),
    headers: lowerCase(request.headers),
    secretHeaders: (request.secretHeaders ?? []).map((name) => name.toLowerCase()),
    body: request.body,
  }
  const allowed = Math.min(request.maxRedirects ?? MAX_REDIRECTS, MAX_REDIRECTS)
  for (let redirects = 0; ; redirects++) {
    const answer = await sendAgainIfStale(out, hop, deadline)
    const target = redirectTarget(answer.statusCode, answer.headers['location'])
    if (target === undefined || allowed === 0) {
      const body = await readBody(hop.method, answer, request.maxResponseBytes ?? DEFAULT_MAX_BYTES)
      const { statusCode: status, headers } = answer
      return { status, headers: flatten(headers), ...cookiesOf(headers), body, url: hop.url.href }
    }
    // Before anything can throw: a connection whose body nobody reads would stay open.
    answer.body.on('error', () => {}).destroy()
    if (redirects === allowed)
      throw new MillraceError('HTTP_FAILED', `more than ${allowed} redirects`, {
        details: { retryable: false },
      })
    hop = nextHop(hop, answer.statusCode, target)
  }
}

const sendAgainIfStale = ({ kept, fresh, connector }: Outlets, hop: Hop, { at, signal }: Deadline) =>
  connector
    .within(at, () => send(kept, hop, signal))
    .catch((error: unknown) => {
      if (signal.aborted || !isStale(error, hop)) throw error
      return connector.within(at, () => send(fresh, hop, signal))
    })

function send(
  agent: Agent,
  { url, method, headers, body }: Hop,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  return agent.request({
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: method as Dispatcher.HttpMethod,
    headers: { 'user-agent': 'Millrace', 'accept-encoding': ACCEPTED_CODINGS, ...headers },
    body: body ?? null,
    signal,
  })
}

const lowerCase = (headers: Record<string, string> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

const flatten = (headers: Dispatcher.ResponseData['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  )

/** Each by itself: a comma may stand inside of one (RFC 6265, section 3). */
const cookiesOf = ({ 'set-cookie': cookies }: Dispatcher.ResponseData['headers']) =>
  cookies === undefined ? {} : { setCookies: [cookies].flat() }
