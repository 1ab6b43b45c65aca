import { setMaxListeners } from 'node:events'
import type { ServerResponse } from 'node:http'

/**
 * One SSE response, written by hand.
 *
 * Owns: the response from the moment it is hijacked, its heartbeat and its end. Does not own: what is sent.
 *
 * 1. At most one chunk waits in the response: `send` resolves when the client has taken it, and whoever sends awaits
 *    that. With chunks of at most 64 KB a slow reader costs 64 KB (I10).
 * 2. A reader that takes nothing for `stallMs` is closed. It resumes with Last-Event-ID and loses nothing (I4).
 * 3. `signal` aborts exactly once, when the connection has gone for whatever reason.
 */

export interface ConnectionOptions {
  /** What the app sets on every answer. */
  readonly headers: Readonly<Record<string, number | string | string[] | undefined>>
  /** Milliseconds the browser waits before it reconnects. */
  readonly retryMs: number
  /** For a HEAD: the stream ends before it begins. */
  readonly headOnly?: boolean
  readonly heartbeatMs?: number
  readonly stallMs?: number
}

const HEARTBEAT_MS = 15_000
const STALL_MS = 10_000

export class SseConnection {
  readonly #response: ServerResponse
  readonly #gone = new AbortController()
  readonly #heartbeat: NodeJS.Timeout
  readonly #stallMs: number
  #draining: Promise<void> | undefined
  /** As `signal.aborted`, which takes as long to read as a write to prepare. */
  #left = false

  constructor(response: ServerResponse, options: ConnectionOptions) {
    this.#response = response
    this.#stallMs = options.stallMs ?? STALL_MS
    // Everyone who sends on it listens to it: on the multiplexed stream, as many as it has runs.
    setMaxListeners(0, this.#gone.signal)
    response.once('close', () => this.#leave())
    response.on('error', () => this.#leave())
    for (const [name, value] of Object.entries(options.headers)) {
      if (value !== undefined) response.setHeader(name, value)
    }
    // The end of the socket is the end of the stream: as chunks, each write would be three (RFC 9112, section 6.3).
    response.removeHeader('transfer-encoding')
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      // The socket goes with the stream: a server that stops would wait for an idle one.
      connection: 'close',
    })
    response.write(`retry: ${options.retryMs}\n\n`)
    this.#heartbeat = setInterval(() => this.#beat(), options.heartbeatMs ?? HEARTBEAT_MS)
    this.#heartbeat.unref()
    if (options.headOnly === true) response.end()
    if (options.headOnly === true || response.destroyed) this.#leave()
  }

  get signal(): AbortSignal {
    return this.#gone.signal
  }

  /**
   * For one sender that waits for room: true when the client has some left, else resolves when it has again, or when the
   * connection has gone.
   */
  write(chunk: Buffer | string): true | Promise<void> {
    if (this.#left || this.#response.write(chunk)) return true
    return this.#drained()
  }

  /** For several senders: resolves when the client has room again, or when the connection has gone. */
  async send(chunk: Buffer | string): Promise<void> {
    while (this.#draining !== undefined) await this.#draining
    const room = this.write(chunk)
    if (room === true) return
    this.#draining = room
    await room
    this.#draining = undefined
  }

  end(): void {
    if (!this.signal.aborted) this.#response.end()
  }

  /** Cuts the connection: the client comes back and goes on where it was. */
  abort(): void {
    this.#response.destroy()
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const stalled = setTimeout(() => this.#response.destroy(), this.#stallMs)
      const done = () => {
        clearTimeout(stalled)
        this.#response.off('drain', done)
        this.signal.removeEventListener('abort', done)
        resolve()
      }
      this.#response.on('drain', done)
      this.signal.addEventListener('abort', done)
    })
  }

  /** Skipped while the client is behind: it already has something to read. */
  #beat(): void {
    if (this.#response.writableLength === 0) this.#response.write(': heartbeat\n\n')
  }

  #leave(): void {
    this.#left = true
    clearInterval(this.#heartbeat)
    this.#gone.abort()
  }
}
