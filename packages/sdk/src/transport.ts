import { parseJson, stringifyJson } from '@millrace/contracts'
import type { z } from 'zod'
import { contractBroken, readError, unreachable } from './problem.js'

export interface TransportOptions {
  /** Such as http://localhost:3000; a path in it is kept. */
  readonly baseUrl: string
  readonly fetch: typeof fetch
  readonly token: () => string | undefined
  /** Another token than the one that was refused; undefined when there is none to be had. */
  readonly renew?: (refused: string | undefined) => Promise<string | undefined>
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below /api/v1, already encoded. */
  readonly path: string
  readonly query?: Record<string, string | number | undefined>
  readonly body?: unknown
  readonly headers?: Record<string, string>
  readonly signal?: AbortSignal | undefined
}

/** Makes calls and turns every refusal into an ApiError. Knows no resource. */
export interface Transport {
  readonly baseUrl: string
  /** The answer parsed by its contract. */
  call<S extends z.ZodType>(call: Call, answer: S): Promise<z.output<S>>
  /** The raw answer, 2xx for sure. */
  open(call: Call): Promise<Response>
}

export const createTransport = (options: TransportOptions): Transport => {
  const base = options.baseUrl.replace(/\/+$/, '')

  const send = (call: Call, token: string | undefined): Promise<Response> => {
    const url = `${base}/api/v1${call.path}${queryOf(call.query ?? {})}`
    return options.fetch(url, toRequest(call, token)).catch((cause: unknown) => {
      if (call.signal?.aborted === true) throw cause
      throw unreachable(base, cause)
    })
  }

  const open = async (call: Call): Promise<Response> => {
    const token = options.token()
    const response = await send(call, token)
    if (response.ok) return response
    const error = await readError(base, response)
    if (error.code !== 'UNAUTHENTICATED') throw error
    const renewed = await options.renew?.(token)
    if (renewed === undefined) throw error
    const second = await send(call, renewed)
    if (!second.ok) throw await readError(base, second)
    return second
  }

  return {
    baseUrl: base,
    open,
    async call(call, answer) {
      const response = await open(call)
      try {
        return answer.parse(parseJson(await response.text()))
      } catch (cause) {
        if (call.signal?.aborted === true) throw cause
        throw contractBroken(base, `${call.method} ${call.path}`, cause)
      }
    },
  }
}

const toRequest = (call: Call, token: string | undefined): RequestInit => ({
  method: call.method,
  headers: {
    accept: 'application/json',
    ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...call.headers,
  },
  ...(call.body === undefined ? {} : { body: stringifyJson(call.body) }),
  ...(call.signal === undefined ? {} : { signal: call.signal }),
})

const queryOf = (query: Record<string, string | number | undefined>): string => {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value))
  return search.size === 0 ? '' : `?${search}`
}
