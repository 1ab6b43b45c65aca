import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * Stands between the browser and the product and spoils event streams: the nth connection of a run's stream as the
 * nth fault says, those after the last one not at all. Everything else passes as it is.
 */
export type StreamFault =
  /** Cut off after so many messages. */
  | { readonly kind: 'kill'; readonly after: number }
  /** Nothing passes, and the connection stays. */
  | { readonly kind: 'block' }
  /** Each message comes twice, and neighbours change places. */
  | { readonly kind: 'shuffle'; readonly killAfter: number }
  | { readonly kind: 'refuse' }

export interface StreamProxy {
  readonly url: string
  /** Streams that were asked for, with the id they went on after. */
  readonly asked: readonly (string | undefined)[]
  /** Ends every stream there is. */
  cut(): void
  close(): Promise<void>
}

export async function startStreamProxy(target: string, faults: readonly StreamFault[]): Promise<StreamProxy> {
  const asked: (string | undefined)[] = []
  const streams = new Set<ServerResponse>()
  const server = createServer((incoming, outgoing) => {
    const isStream = /\/runs\/[^/]+\/events$/.test(incoming.url ?? '')
    const fault = isStream ? faults[asked.length] : undefined
    if (isStream) {
      asked.push(incoming.headers['last-event-id']?.toString())
      streams.add(outgoing)
      outgoing.once('close', () => streams.delete(outgoing))
    }
    if (fault?.kind === 'refuse') outgoing.writeHead(503).end()
    else forward(target, incoming, outgoing, fault)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    cut() {
      for (const stream of streams) stream.destroy()
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function forward(
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  fault: StreamFault | undefined,
): void {
  const { host, origin } = new URL(target)
  const headers = { ...incoming.headers, host, ...(incoming.headers.origin === undefined ? {} : { origin }) }
  const upstream = request(
    `${target}${incoming.url}`,
    { method: incoming.method ?? 'GET', headers },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      if (fault === undefined) answer.pipe(outgoing)
      else spoil(answer, outgoing, fault)
    },
  )
  upstream.on('error', () => outgoing.destroy())
  outgoing.once('close', () => upstream.destroy())
  incoming.pipe(upstream)
}

const HANDED_OVER_MS = 500

function spoil(answer: IncomingMessage, outgoing: ServerResponse, fault: StreamFault): void {
  let rest = ''
  let sent = 0
  answer.setEncoding('utf8')
  answer.on('error', () => outgoing.destroy())
  answer.on('end', () => outgoing.end())
  answer.on('data', (text: string) => {
    if (fault.kind === 'block') return
    const parts = (rest + text).split('\n\n')
    rest = parts.pop() ?? ''
    const messages = fault.kind === 'shuffle' ? shuffle(parts) : parts
    sent += messages.length
    const limit = fault.kind === 'kill' ? fault.after : fault.kind === 'shuffle' ? fault.killAfter : 0
    // A browser drops what it has not handed to the page when the connection breaks.
    outgoing.write(messages.map((message) => `${message}\n\n`).join(''))
    if (sent >= limit) setTimeout(() => outgoing.destroy(), HANDED_OVER_MS)
  })
}

const shuffle = (messages: readonly string[]): string[] =>
  messages.flatMap((_, index) => {
    const neighbour = messages[index % 2 === 0 ? index + 1 : index - 1] ?? messages[index] ?? ''
    return [neighbour, neighbour]
  })
