import type { FastifyReply } from 'fastify'
import { type ConnectionOptions, SseConnection } from './connection.js'

/**
 * The open SSE connections of this process.
 *
 * Owns them until they have gone, so that a shutdown can end them: a server that closes waits for its connections.
 */
export interface ConnectionsOptions extends Pick<ConnectionOptions, 'heartbeatMs' | 'stallMs'> {
  /** In [0, 1). */
  readonly random: () => number
}

const MIN_RETRY_MS = 1_000
const MAX_RETRY_MS = 3_000

export class SseConnections {
  readonly #options: ConnectionsOptions
  readonly #open = new Set<SseConnection>()

  constructor(options: ConnectionsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#open.size
  }

  /** Takes the response over from Fastify; from here on only the connection writes to it. */
  open(reply: FastifyReply): SseConnection {
    const { random, ...options } = this.#options
    reply.hijack()
    const connection = new SseConnection(reply.raw, {
      ...options,
      headers: reply.getHeaders(),
      headOnly: reply.request.method === 'HEAD',
      // Spread out, so that the viewers of a process that goes away do not all come back at once.
      retryMs: MIN_RETRY_MS + Math.floor(random() * (MAX_RETRY_MS - MIN_RETRY_MS)),
    })
    this.#open.add(connection)
    connection.signal.addEventListener('abort', () => this.#open.delete(connection))
    return connection
  }

  /** Ends all of them; the clients come back to another process. */
  close(): void {
    for (const connection of this.#open) connection.end()
  }
}
