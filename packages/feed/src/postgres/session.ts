import { Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { forDriver, sslOfPg } from '@millrace/postgres-url'
import { Client, type Notification, type QueryConfig, type QueryResult } from 'pg'
import type { OnError } from '../feed.js'

/** Milliseconds within which a Postgres that is up has answered; later, the socket is taken for dead. */
const ANSWER_MS = 2_000
/** Milliseconds between two signs of life, for a session that only listens hears nothing of a peer that vanished. */
const HEARTBEAT_MS = 5_000
const LONGEST_PAUSE_MS = 1_000

export interface SessionDeps {
  readonly url: string
  readonly onError: OnError
  readonly onNotification?: (message: Notification) => void
  /** Called first thing on each new connection. */
  readonly onUp?: () => Promise<void>
}

interface Connection {
  readonly client: Client
  readonly socket: Socket
}

/**
 * One Postgres session that is made again when it is lost. It owns the connection and the retries, and knows
 * nothing of topics. (The `listen` of postgres.js reconnects too, but swallows the errors of listening again and
 * does not tell when every channel stands.)
 *
 * 1. At most one connection exists; `query` rejects at once while there is none.
 * 2. A query that fails costs the connection. One without an answer would hold up all later ones; after a failed
 *    LISTEN only a new connection, with everything asked again, is known to listen.
 * 3. After `close` nothing is left that could hold the process.
 */
export class Session {
  readonly #deps: SessionDeps
  #connection: Connection | undefined
  /** Settles with the last query asked. */
  #last: Promise<unknown> = Promise.resolve()
  #closed = false
  #failures = 0
  #timer: NodeJS.Timeout | undefined

  constructor(deps: SessionDeps) {
    this.#deps = deps
  }

  /** Makes the first connection; only this one's failure is the caller's. */
  async start(): Promise<void> {
    await this.#connect()
  }

  get up(): boolean {
    return this.#connection !== undefined
  }

  /** Queries run one after the other, in the order of the calls. */
  query(config: QueryConfig | string): Promise<QueryResult> {
    const answer = this.#last.then(() => this.#ask(config))
    this.#last = answer.catch(() => undefined)
    return answer
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    const connection = this.#connection
    this.#connection = undefined
    if (connection) await hangUp(connection)
  }

  async #connect(): Promise<void> {
    const driver = forDriver(this.#deps.url)
    const connection = this.#dial(driver.url, await sslOfPg(driver))
    try {
      await connection.client.connect()
    } catch (thrown) {
      connection.socket.destroy()
      throw thrown
    }
    if (this.#closed) return void connection.socket.destroy() // invariant 3
    this.#connection = connection
    this.#failures = 0
    this.#later(() => this.#beat(), HEARTBEAT_MS)
    await this.#deps.onUp?.().catch(this.#deps.onError)
  }

  #dial(url: string, ssl: false | ConnectionOptions): Connection {
    const socket = new Socket()
    const client = new Client({
      connectionString: url,
      ssl,
      stream: () => socket,
      connectionTimeoutMillis: ANSWER_MS,
      query_timeout: ANSWER_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    })
    const connection = { client, socket }
    client.on('error', this.#deps.onError)
    client.on('end', () => this.#lost(connection))
    if (this.#deps.onNotification) client.on('notification', this.#deps.onNotification)
    return connection
  }

  async #ask(config: QueryConfig | string): Promise<QueryResult> {
    if (this.#connection === undefined) throw new Error('Postgres is away') // invariant 1
    const { client, socket } = this.#connection
    try {
      return await client.query(config)
    } catch (thrown) {
      socket.destroy() // invariant 2
      throw thrown
    }
  }

  #lost(connection: Connection): void {
    if (this.#connection !== connection) return
    this.#connection = undefined
    this.#retry()
  }

  #retry(): void {
    const pause = Math.min(50 * 2 ** Math.min(this.#failures++, 5), LONGEST_PAUSE_MS)
    this.#later(() => {
      this.#connect().catch((thrown: Error) => {
        this.#deps.onError(thrown)
        this.#retry()
      })
    }, pause)
  }

  #beat(): void {
    this.query('SELECT').catch(() => undefined)
    this.#later(() => this.#beat(), HEARTBEAT_MS)
  }

  #later(run: () => void, ms: number): void {
    clearTimeout(this.#timer)
    if (!this.#closed) this.#timer = setTimeout(run, ms).unref()
  }
}

/** Says goodbye, and cuts the line when that is not answered. */
async function hangUp({ client, socket }: Connection): Promise<void> {
  const timer = setTimeout(() => socket.destroy(), ANSWER_MS)
  await client.end().catch(() => undefined)
  clearTimeout(timer)
  socket.destroy()
}
