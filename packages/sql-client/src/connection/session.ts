import type { Socket } from 'node:net'
import { type Json, MillraceError } from '@millrace/contracts'
import { type PostgresUrl, tlsDemand } from '@millrace/postgres-url'
import { type Client, DatabaseError } from 'pg'
import type { Ask, TypeCatalogue } from '../types/catalogue.js'
import { encodeValues, storable } from '../types/encode.js'
import { cancelStatement, type SessionKey } from './cancel.js'
import { Exchange } from './exchange.js'
import { logIn } from './login.js'
import { distinctColumns, readAnswer, type SqlResult } from './result.js'
import { type Door, openSocket, type Target } from './socket.js'

export interface Statement {
  readonly text: string
  readonly values: readonly Json[]
  /** Runs it in a transaction that writes nothing, and that the statement cannot leave. */
  readonly readOnly: boolean
  /** Called last, right before the statement is sent to run; a rejection keeps it from running. */
  readonly permit: (() => Promise<void>) | undefined
  readonly signal: AbortSignal
}

/** Milliseconds for a session to answer to what cannot take long: a reset, a cancel. */
const ANSWER_MS = 5_000
/** Bytes that an answer may have on the wire. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024

/**
 * No transaction becomes one that writes after its first snapshot, which the second statement takes: whatever the statement
 * behind it sets or calls. PostgreSQL documentation, SET TRANSACTION.
 */
const BEGIN_READING = 'BEGIN TRANSACTION READ ONLY; SELECT 1'

/** A connection was lost before its statement can have had any effect: another one may run it. */
export class LostBeforeRunning extends Error {}

/**
 * Owns one connection to a database, and runs one statement at a time on it.
 *
 * 1. A statement ends in the state it began in: no transaction is left open, and `reset` takes away whatever else it
 *    may have set. A session that cannot promise that is closed.
 * 2. A session is closed once its statement has been cancelled: the cancel may come late, and hit the next one.
 * 3. It never connects again: what is lost is lost, and its owner opens another.
 */
export class Session {
  readonly #door: Door
  readonly #target: Target
  readonly #client: Client & { readonly processID?: number; readonly secretKey?: number }
  readonly #socket: Socket
  readonly #types: TypeCatalogue
  #received = 0
  #late: NodeJS.Timeout | undefined
  #tooLarge = false
  #closed = false
  /** Who waits for the server, and is told once the connection is gone. */
  readonly #waiting = new Set<(error: Error) => void>()

  static async open(
    url: PostgresUrl,
    door: Door,
    types: TypeCatalogue,
    signal: AbortSignal,
  ): Promise<Session> {
    const target = { host: url.host, port: url.port, tls: tlsDemand(url, readInline) }
    const socket = await openSocket(door, target, signal)
    const client = await logIn(url, socket, signal)
    return new Session(door, target, client, socket, types)
  }

  private constructor(door: Door, target: Target, client: Client, socket: Socket, types: TypeCatalogue) {
    this.#door = door
    this.#target = { ...target, host: socket.remoteAddress ?? target.host }
    this.#client = client
    this.#socket = socket
    this.#types = types
    client
      .on('error', (error) => this.#end(error))
      .on('end', () => this.#end(new Error('the connection was closed')))
    socket.on('data', (chunk: Buffer) => this.#count(chunk.length))
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Throws LostBeforeRunning, MillraceError INVALID_PARAMS, QUERY_FAILED or OUTPUT_TOO_LARGE, what `permit` throws, and
   * errors of the server and the network as they are. */
  async run(statement: Statement): Promise<SqlResult> {
    const { signal } = statement
    const abort = () => void this.#cancel()
    signal.addEventListener('abort', abort, { once: true })
    this.#received = 0
    try {
      signal.throwIfAborted()
      return await this.#run(statement)
    } catch (error) {
      if (this.#tooLarge)
        throw new MillraceError(
          'OUTPUT_TOO_LARGE',
          `the answer of the database is over ${MAX_ANSWER_BYTES} bytes`,
          {
            details: { retryable: false },
          },
        )
      throw signal.aborted ? signal.reason : error
    } finally {
      signal.removeEventListener('abort', abort)
      if (signal.aborted) this.close()
    }
  }

  async #run(statement: Statement): Promise<SqlResult> {
    if (!statement.readOnly) return await this.#execute(statement)
    await this.#before(this.#client.query(BEGIN_READING))
    let result: SqlResult
    try {
      result = await this.#execute(statement)
    } catch (error) {
      await this.#tidy('ROLLBACK')
      throw error
    }
    await this.#endReading()
    return result
  }

  /**
   * Servers before PostgreSQL 16 let `RESET transaction_read_only` through, and `TO DEFAULT`, in a function or a DO block.
   * What was read stays read: a session that does not answer any more is closed, and no error.
   */
  async #endReading(): Promise<void> {
    const answers = await this.#tidy('SHOW transaction_read_only; ROLLBACK')
    if (Array.isArray(answers) && answers[0]?.rows[0]?.transaction_read_only === 'off')
      throw new MillraceError('QUERY_WRITES', 'the statement made its transaction one that may write')
  }

  async #execute({ text, values, readOnly, permit, signal }: Statement): Promise<SqlResult> {
    const exchange = await this.#describe(storable(text))
    const { parameters, fields } = await exchange.described
    try {
      distinctColumns(fields)
      const encoded = encodeValues(values, parameters, this.#types)
      // The last look before it runs: whoever lost the right meanwhile sends nothing (D9).
      await permit?.()
      signal.throwIfAborted()
      exchange.execute(encoded)
    } catch (error) {
      exchange.abandon()
      await this.#ended(exchange)
      throw error
    }
    const status = await this.#ended(exchange)
    if (exchange.error !== undefined) throw exchange.error
    if (status !== 'I' && !readOnly) throw this.#leftOpen()
    return readAnswer(exchange, fields, this.#types)
  }

  /** An exchange whose types are all known: those that were not are looked up between two. */
  async #describe(text: string): Promise<Exchange> {
    for (;;) {
      const exchange = this.#client.query(new Exchange(text))
      const described = await this.#describedBy(exchange)
      const oids = [...described.parameters, ...described.fields.map(({ dataTypeID }) => dataTypeID)]
      if (this.#types.knows(oids)) return exchange
      exchange.abandon()
      await this.#ended(exchange)
      await this.#types.learn(oids, this.#ask)
    }
  }

  async #describedBy(exchange: Exchange) {
    try {
      return await this.#before(exchange.described)
    } catch (error) {
      if (!(error instanceof LostBeforeRunning)) await this.#ended(exchange)
      throw error
    }
  }

  /** What comes before the statement runs. */
  async #before<T>(answer: Promise<T>): Promise<T> {
    try {
      return await this.#orLost(answer)
    } catch (error) {
      if (this.#closed || isFatal(error))
        throw new LostBeforeRunning('the connection was lost', { cause: error })
      throw error
    }
  }

  async #ended(exchange: Exchange) {
    try {
      return await this.#orLost(exchange.ended)
    } catch (error) {
      // What the server said before it hung up tells more.
      throw exchange.error ?? error
    }
  }

  readonly #ask: Ask = async (text, values) =>
    (await this.#orLost(this.#client.query({ text, values: [...values] }))).rows

  #orLost<T>(answer: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#closed) reject(new Error('the connection was closed'))
      this.#waiting.add(reject)
      answer.then(resolve, reject).finally(() => this.#waiting.delete(reject))
    })
  }

  #leftOpen(): MillraceError {
    this.close()
    return new MillraceError(
      'QUERY_FAILED',
      'the statement left a transaction open, which was rolled back: each step is a transaction of its own',
      { details: { retryable: false } },
    )
  }

  /** Takes away whatever a statement may have left: settings, roles, locks, temporary tables, listeners. */
  readonly reset = async (): Promise<void> => {
    await this.#tidy('DISCARD ALL')
  }

  /** @returns what the server answers, of several commands as a list; undefined where it does not. */
  async #tidy(command: string): Promise<unknown> {
    if (this.#closed) return undefined
    const late = setTimeout(() => this.close(), ANSWER_MS)
    try {
      return await this.#orLost(this.#client.query(command))
    } catch {
      this.close()
      return undefined
    } finally {
      clearTimeout(late)
    }
  }

  /** At once; the server rolls back what was under way. */
  close(): void {
    clearTimeout(this.#late)
    this.#end(new Error('the connection was closed'))
    this.#socket.destroy()
  }

  /** Tells the server to stop, and waits a little for it to say that it has; then `run` closes (invariant 2). */
  async #cancel(): Promise<void> {
    this.#late = setTimeout(() => this.close(), ANSWER_MS)
    await cancelStatement(this.#door, this.#target, this.#key)
  }

  get #key(): SessionKey {
    return { processId: this.#client.processID ?? 0, secret: this.#client.secretKey ?? 0 }
  }

  #count(bytes: number): void {
    this.#received += bytes
    if (this.#received <= MAX_ANSWER_BYTES) return
    this.#tooLarge = true
    this.close()
  }

  #end(error: Error): void {
    this.#closed = true
    for (const reject of this.#waiting) reject(error)
    this.#waiting.clear()
  }
}

/** The server hangs up after it. */
const isFatal = (error: unknown): boolean =>
  error instanceof DatabaseError && (error.severity === 'FATAL' || error.severity === 'PANIC')

/** A path in a credential would be one of this machine's files; the text of a certificate is not. */
const readInline = (text: string): string => {
  if (text.startsWith('-----BEGIN ')) return text
  throw new MillraceError(
    'DATABASE_UNREACHABLE',
    'a credential names no files: give the text of the certificate, encoded for a URL, or sslrootcert=system',
    { details: { retryable: false } },
  )
}
