import { InvalidPostgresUrl, type PostgresUrl, parsePostgresUrl } from '@millrace/postgres-url'
import type { SqlResult } from '../connection/result.js'
import { LostBeforeRunning, Session, type Statement } from '../connection/session.js'
import type { Door } from '../connection/socket.js'
import { TypeCatalogue } from '../types/catalogue.js'
import { Places } from './places.js'

/** Connections of one credential, of which a workflow that has one leaves the last two to others. */
const CONNECTIONS = 10
const KEPT_FOR_OTHERS = 2
const IDLE_MS = 30_000

/** A session that will be usable in a moment. It goes to whoever has asked for it by then. */
interface Resetting {
  give: ((session: Session | undefined) => void) | undefined
}

interface IdleSession {
  readonly session: Session
  readonly timer: NodeJS.Timeout
}

/**
 * Owns the connections to the database of one credential of one workspace.
 *
 * 1. A connection is used by one statement at a time, and is reset before the next.
 * 2. One that may be in a state of its own (cancelled, lost, not reset) is closed and never used again.
 */
export class Pool {
  readonly #url: PostgresUrl
  readonly #types = new TypeCatalogue()
  readonly #places = new Places(CONNECTIONS, KEPT_FOR_OTHERS)
  readonly #sessions = new Set<Session>()
  /** The one used last is used next: the others can grow old. */
  readonly #idle: IdleSession[] = []
  readonly #resetting = new Set<Resetting>()
  #closed = false

  /** `onUnused` is called whenever there is neither a statement nor a connection left. Throws InvalidPostgresUrl. */
  constructor(
    url: string,
    private readonly door: Door,
    private readonly onUnused: () => void,
  ) {
    this.#url = parsePostgresUrl(url)
    // A driver would take the account that this process runs as.
    if (this.#url.user === '') throw new InvalidPostgresUrl('the URL names no user')
  }

  /** Connections that nobody uses now. */
  get idle(): number {
    return this.#idle.length
  }

  get open(): number {
    return this.#sessions.size
  }

  async run(user: string, statement: Statement): Promise<SqlResult> {
    const handBack = await this.#places.take(user, statement.signal)
    let session: Session | undefined
    try {
      session = await this.#takeFree()
      if (session === undefined) session = await this.#connect(statement.signal)
      else {
        try {
          return await session.run(statement)
        } catch (error) {
          // The server has closed an idle connection, as it may at any time.
          if (!(error instanceof LostBeforeRunning) || statement.signal.aborted) throw error
          this.#drop(session)
          session = await this.#connect(statement.signal)
        }
      }
      return await session.run(statement)
    } finally {
      void this.#giveBack(session, statement.signal)
        .finally(handBack)
        .finally(() => this.#tellUnused())
    }
  }

  /** Closes the connection that has been idle for longest. */
  closeOldest(): void {
    const oldest = this.#idle[0]
    if (oldest !== undefined) this.#expire(oldest)
  }

  close(): void {
    this.#closed = true
    for (const { timer } of this.#idle.splice(0)) clearTimeout(timer)
    for (const session of this.#sessions) session.close()
    this.#sessions.clear()
  }

  async #connect(signal: AbortSignal): Promise<Session> {
    const session = await Session.open(this.#url, this.door, this.#types, signal)
    this.#sessions.add(session)
    if (this.#closed) this.#drop(session)
    return session
  }

  /** Waits for one that is being reset rather than open another. */
  async #takeFree(): Promise<Session | undefined> {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      clearTimeout(idle.timer)
      if (!idle.session.closed) return idle.session
      this.#drop(idle.session)
    }
    const soon = [...this.#resetting].find(({ give }) => give === undefined)
    if (soon === undefined) return undefined
    return await new Promise((resolve) => {
      soon.give = resolve
    })
  }

  async #giveBack(session: Session | undefined, signal: AbortSignal): Promise<void> {
    if (session === undefined) return
    const resetting: Resetting = { give: undefined }
    if (!signal.aborted) {
      this.#resetting.add(resetting)
      await session.reset()
      this.#resetting.delete(resetting)
    }
    const usable = !signal.aborted && !session.closed && !this.#closed
    if (!usable) this.#drop(session)
    if (resetting.give !== undefined) resetting.give(usable ? session : undefined)
    else if (usable) this.#keep(session)
  }

  #keep(session: Session): void {
    const idle: IdleSession = { session, timer: setTimeout(() => this.#expire(idle), IDLE_MS).unref() }
    this.#idle.push(idle)
  }

  #expire(idle: IdleSession): void {
    clearTimeout(idle.timer)
    const at = this.#idle.indexOf(idle)
    if (at >= 0) this.#idle.splice(at, 1)
    this.#drop(idle.session)
    this.#tellUnused()
  }

  #drop(session: Session): void {
    this.#sessions.delete(session)
    session.close()
  }

  #tellUnused(): void {
    if (this.#places.idle && this.#sessions.size === 0) this.onUnused()
  }
}
