import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { waitFor } from '@millrace/testkit'

/** One request that a step has made. */
export interface Call {
  readonly path: string
  readonly method: string
  readonly key: string | undefined
  readonly body: string
  /** True once the caller has gone away without waiting for the answer. */
  readonly aborted: boolean
  answer(body?: unknown, status?: number): void
}

/** The outside: a server that notes every call. It answers `{}` at once, unless the path has an answer of its own. */
export interface Upstream {
  readonly url: string
  readonly calls: readonly Call[]
  to(path: string): Call[]
  /** Decides from here on what happens to calls of this path; a handler that does not answer holds the caller. */
  on(path: string, handler: (call: Call) => unknown): void
  /** Decides what happens to calls of all other paths. */
  otherwise(handler: (call: Call) => unknown): void
  /** Calls of this path wait for `answer`. */
  hold(path: string): void
  /** Waits for the nth call of a path, from 1. */
  nth(path: string, count: number, timeoutMs?: number): Promise<Call>
  close(): Promise<void>
}

export const openUpstream = async (): Promise<Upstream> => {
  const calls: Call[] = []
  const handlers = new Map<string, (call: Call) => unknown>()
  let otherwise = (call: Call): unknown => call.answer()
  const server = createServer(async (request, response) => {
    const call = await readCall(request, response)
    calls.push(call)
    await (handlers.get(call.path) ?? otherwise)(call)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const to = (path: string) => calls.filter((call) => call.path === path)
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    to,
    on: (path, handler) => void handlers.set(path, handler),
    otherwise: (handler) => {
      otherwise = handler
    },
    hold: (path) => void handlers.set(path, () => {}),
    nth: (path, count, timeoutMs = 20_000) =>
      waitFor(() => to(path)[count - 1], { what: `call ${count} of ${path}`, timeoutMs }),
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

const readCall = async (request: IncomingMessage, response: ServerResponse): Promise<Call> => {
  let body = ''
  request.setEncoding('utf8')
  for await (const chunk of request) body += chunk
  const key = request.headers['idempotency-key']
  return {
    path: request.url ?? '/',
    method: request.method ?? '',
    key: typeof key === 'string' ? key : undefined,
    body,
    get aborted() {
      return response.destroyed && !response.writableFinished
    },
    answer: (answer = {}, status = 200) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
    },
  }
}
