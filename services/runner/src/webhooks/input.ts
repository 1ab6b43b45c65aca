import type { Json } from '@millrace/contracts'
import type { WebhookAuth } from '@millrace/nodes'
import { parseForm, parseHookBody } from './body.js'
import { type IncomingHook, proofOf } from './verify.js'

/** Never part of a run, whatever the webhook's kind (I8). */
const PRIVATE_HEADERS = ['authorization', 'proxy-authorization', 'cookie']

export interface HookRequest extends IncomingHook {
  readonly method: string
  readonly path: string
  /** The query as it came, without the `?`. */
  readonly search: string
}

/** What `trigger` is in a run that a webhook starts. */
export type HookInput = {
  readonly method: string
  readonly path: string
  readonly query: Record<string, Json>
  /** The query as it came, without the `?` and without what proves who sent it. */
  readonly queryString: string
  readonly headers: Record<string, Json>
  readonly body: Json
}

/**
 * The input of a run that a webhook starts: what came, without anything that proves who sent it (I8).
 * `body` is that of the request, decoded.
 * @throws MALFORMED_JSON, JSON_TOO_DEEP, INVALID_REQUEST
 */
export const hookInput = async (
  hook: HookRequest,
  auth: WebhookAuth,
  body: Uint8Array,
): Promise<HookInput> => {
  const proof = proofOf(auth)
  const query = parseForm(hook.search)
  for (const name of proof.query) delete query[name]
  return {
    method: hook.method,
    path: hook.path,
    query,
    queryString: proof.query.length === 0 ? hook.search : withoutPairs(hook.search, proof.query),
    headers: publicHeaders(hook.headers, proof.headers),
    body: await parseHookBody(headerText(hook.headers['content-type']), body),
  }
}

/** However the name of a pair is written: an escape must not carry proof past us. */
const withoutPairs = (search: string, names: readonly string[]): string =>
  search
    .split('&')
    .filter((pair) => !names.some((name) => Object.hasOwn(parseForm(pair), name)))
    .join('&')

const publicHeaders = (headers: IncomingHook['headers'], proof: readonly string[]): Record<string, Json> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]): [string, Json][] => {
      if (PRIVATE_HEADERS.includes(name) || proof.includes(name)) return []
      const text = headerText(value)
      return text === undefined ? [] : [[name, text]]
    }),
  )

const headerText = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(', ') : value
