import { parseJson, stringifyJson } from '@millrace/contracts'
import type { z } from 'zod'
import { ApiError, readApiError, unreachable } from './api-error.js'
import type { Session } from './session.js'
import type { SharedStreams } from './shared-streams/client.js'
import type { Topic } from './shared-streams/protocol.js'

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below /api/v1, already encoded. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
}

/** Makes calls to the API as the signed-in person. Knows no resource. Throws ApiError for every refusal. */
export interface Client {
  /** The answer parsed by its contract. */
  call<S extends z.ZodType>(call: Call, answer: S): Promise<z.output<S>>
  /** The raw answer, 2xx for sure: for downloads. */
  open(call: Call): Promise<Response>
  /** An event stream, 2xx for sure; over the connection of all tabs where there is one. */
  follow(topic: Topic, signal: AbortSignal): Promise<Response>
}

export const createClient = (session: Session, fetchImpl: typeof fetch, shared?: SharedStreams): Client => {
  const send = async (call: Call): Promise<{ response: Response; token: string }> => {
    const token = await session.token(call.signal)
    const url = `/api/v1${call.path}${queryOf(call.query ?? {})}`
    const response = await fetchImpl(url, toRequest(call, token)).catch((cause: unknown) => {
      if (call.signal?.aborted === true) throw cause
      throw unreachable()
    })
    return { response, token }
  }

  const open = async (call: Call): Promise<Response> => {
    const first = await send(call)
    if (first.response.status !== 401) return ensureOk(first.response)
    session.reject(first.token)
    return ensureOk((await send(call)).response)
  }

  const followShared = async (
    streams: SharedStreams,
    topic: Topic,
    signal: AbortSignal,
  ): Promise<Response> => {
    const token = await session.token(signal)
    const response = await streams.open(whoIs(session), token, topic, signal).catch((cause: unknown) => {
      if (signal.aborted) throw cause
      throw unreachable()
    })
    if (response.status === 401) session.reject(token)
    return response.status === 401 ? await open(callOf(topic, signal)) : await ensureOk(response)
  }

  return {
    open,
    follow: (topic, signal) =>
      shared === undefined ? open(callOf(topic, signal)) : followShared(shared, topic, signal),
    async call(call, answer) {
      const response = await open(call)
      const body: unknown = response.status === 204 ? undefined : parseJson(await response.text())
      const parsed = answer.safeParse(body)
      if (!parsed.success) throw contractBroken(call, parsed.error)
      return parsed.data
    },
  }
}

/** Pages of another person or workspace have streams of their own. */
const whoIs = (session: Session): string => {
  const state = session.getState()
  return 'identity' in state ? `${state.identity.user.id} ${state.identity.workspace.id}` : ''
}

const callOf = (topic: Topic, signal: AbortSignal): Call => {
  const accept = { accept: 'text/event-stream' }
  if (topic.kind === 'changes') return { method: 'GET', path: '/stream', headers: accept, signal }
  const headers = topic.after === 0 ? accept : { ...accept, 'last-event-id': String(topic.after) }
  return { method: 'GET', path: `/runs/${topic.runId}/events`, headers, signal }
}

const ensureOk = async (response: Response): Promise<Response> => {
  if (!response.ok) throw await readApiError(response)
  return response
}

const toRequest = (call: Call, token: string): RequestInit => ({
  method: call.method,
  headers: {
    authorization: `Bearer ${token}`,
    ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...call.headers,
  },
  ...(call.body === undefined ? {} : { body: stringifyJson(call.body) }),
  ...(call.signal === undefined ? {} : { signal: call.signal }),
})

const queryOf = (query: NonNullable<Call['query']>): string => {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value))
  return search.size === 0 ? '' : `?${search}`
}

const contractBroken = (call: Call, cause: Error): ApiError =>
  new ApiError({
    code: 'CONTRACT_BROKEN',
    status: 0,
    detail: `The answer to ${call.method} ${call.path} is not what this page expects: ${cause.message}`,
    hint: 'Load the page again: the server may have a newer version.',
  })
