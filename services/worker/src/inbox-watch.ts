import { parseJson } from '@millrace/contracts'
import { CONTROL_TOPIC, type EventFeed, type Unsubscribe } from '@millrace/feed'
import type { RunOwnership } from '@millrace/run-store'
import type { HeldRun } from './run/session-host.js'

export interface InboxWatchDeps {
  readonly feed: Pick<EventFeed, 'subscribe'>
  readonly store: Pick<RunOwnership, 'inboxRuns'>
  readonly sessions: ReadonlyMap<string, HeldRun>
  /** To be done with every pass. */
  readonly alsoEachPass: () => Promise<void>
  readonly log: { warn(details: object, message: string): void }
}

/** How often the inboxes of held runs are read, should a knock get lost (cancel within 2 s). Milliseconds. */
const POLL_MS = 1_000

/** Owns: when held runs look into their inboxes: at a knock, and once a second. */
export class InboxWatch {
  #unsubscribe: Unsubscribe | undefined
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(private readonly deps: InboxWatchDeps) {}

  async start(): Promise<void> {
    this.#unsubscribe = await this.deps.feed.subscribe(CONTROL_TOPIC, (payload) => this.#knock(payload))
    this.#schedule()
  }

  /** Polls no more; knocks are still heard until `close`. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  close(): void {
    this.#unsubscribe?.()
  }

  check(session: HeldRun | undefined): void {
    session?.checkInbox().catch((error) => this.deps.log.warn({ err: error }, 'an inbox could not be read'))
  }

  #knock(payload: string): void {
    const { runId } = parseJson(payload) as { runId?: unknown }
    if (typeof runId === 'string') this.check(this.deps.sessions.get(runId))
  }

  #schedule(): void {
    this.#timer = setTimeout(async () => {
      try {
        if (this.deps.sessions.size > 0)
          for (const runId of await this.deps.store.inboxRuns()) this.check(this.deps.sessions.get(runId))
      } catch (error) {
        this.deps.log.warn({ err: error }, 'inboxes could not be read; trying again')
      }
      await this.deps.alsoEachPass()
      if (!this.#stopped) this.#schedule()
    }, POLL_MS)
  }
}
