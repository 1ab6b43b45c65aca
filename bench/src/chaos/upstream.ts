import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The outside world: counts what reaches it by idempotency key, and takes its time to answer. */
export interface Upstream {
  readonly url: string
  /** How often each key has been here. */
  readonly calls: ReadonlyMap<string, number>
  stop(): void
}

/** Answers take 20 to 119 ms, so that a fault finds calls under way. */
const answerAfter = (count: number): number => 20 + ((count * 37) % 100)

export async function startUpstream(): Promise<Upstream> {
  const calls = new Map<string, number>()
  let count = 0
  const server = createServer((request, response) => {
    const key = request.headers['idempotency-key']
    if (typeof key === 'string') calls.set(key, (calls.get(key) ?? 0) + 1)
    request.resume()
    setTimeout(() => {
      response.setHeader('content-type', 'application/json').end('{"price":42}')
    }, answerAfter(count++))
  })
  // A busy machine is late to see an idle connection close, and its next write would be lost on it.
  server.keepAliveTimeout = 600_000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}
