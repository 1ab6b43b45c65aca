import type { RunEvent } from '@millrace/contracts'
import { decodeRunFeed, type EventFeed, type RunAnswer, runTopic, type Unsubscribe } from '@millrace/feed'
import { type ReadEvents, RunChannel, type RunRef } from './channel.js'
import { Follower, type Taker } from './follower.js'
import type { Frame } from './frame.js'

/**
 * Every follower of a run in this process, through one feed subscription a run.
 *
 * Owns: the channels of followed runs, their subscriptions, and the poll that keeps viewers from hanging (D16).
 * Does not own: connections, nor the truth; events come from the feed while it lasts and from the database always.
 *
 * 1. One feed subscription a run, from its first follower to its last.
 * 2. The subscription is asked for before the first read, and once it stands the run is checked again: an event
 *    published in between is found (I4).
 * 3. Every second, and whenever the feed reconnects, `last_seq` of all followed runs is read in one statement:
 *    a lost message delays a viewer by a second at most, and a feed that is down turns it into polling (D16).
 */

export interface HubDeps {
  readonly feed: Pick<EventFeed, 'subscribe' | 'onReconnect'>
  readonly readEvents: ReadEvents
  /** How far these runs have come; unknown runs are left out. */
  readonly lastSeqs: (runIds: readonly string[]) => Promise<ReadonlyMap<string, number>>
  readonly onError: (error: unknown, what: string) => void
  /** Milliseconds between polls. */
  readonly pollMs?: number
}

interface Followed {
  readonly channel: RunChannel
  unsubscribe: Unsubscribe | undefined
  subscribing: boolean
  /** Whoever expects it keeps it as well as its followers do. */
  expected: boolean
  /** It is not there yet: no event can have been missed. */
  unborn: boolean
  answer: RunAnswer | undefined
}

/** A run that is about to be accepted under this id. */
export interface ExpectedRun {
  /** To be called once it has been, or another one has in its place. */
  arrived(): void
  leave(): void
}

const POLL_MS = 1_000
/** Node's timers fire at once beyond this. Milliseconds, 24.8 days. */
const LONGEST_TIMER = 2_147_483_647

export class RunHub {
  readonly #deps: HubDeps
  readonly #runs = new Map<string, Followed>()
  readonly #stopListening: Unsubscribe
  readonly #timer: NodeJS.Timeout
  #closed = false
  #polling = false

  constructor(deps: HubDeps) {
    this.#deps = deps
    this.#stopListening = deps.feed.onReconnect(() => void this.runOnce())
    this.#timer = setInterval(() => void this.runOnce(), deps.pollMs ?? POLL_MS)
    this.#timer.unref()
  }

  /** Runs followed at the moment. */
  get size(): number {
    return this.#runs.size
  }

  /** Followers at the moment, over all runs. */
  get followers(): number {
    let sum = 0
    for (const followed of this.#runs.values()) sum += followed.channel.followers
    return sum
  }

  /**
   * Brings `taker` the events of a run after `after`, in order, each once (I4), in batches as they become durable, until
   * it has `run_finished` or the returned function is called.
   */
  follow(run: RunRef, after: number, taker: Taker): () => void {
    if (this.#closed) {
      taker.end()
      return () => {}
    }
    const followed = this.#enter(run)
    const follower = new Follower(followed.channel, after, taker, () => {
      followed.channel.leave(follower)
      this.#leave(run.runId, followed)
    })
    followed.channel.enter(follower)
    return () => follower.end()
  }

  /**
   * Follows a run, which nobody else knows of, before it is accepted. Whoever follows it until `leave` is called waits
   * for its events without a look at the database, and for the subscription only if it stands later than the run does.
   */
  expect(run: RunRef): ExpectedRun {
    const followed = this.#enter(run, true)
    return {
      arrived: () => {
        followed.unborn = false
      },
      leave: () => {
        followed.expected = false
        this.#leave(run.runId, followed)
      },
    }
  }

  /** What the feed has told of the answer to the run's caller, while the run is followed. */
  answerOf(runId: string): RunAnswer | undefined {
    return this.#runs.get(runId)?.answer
  }

  /**
   * The first event of the run that `accepts` takes, or its end; undefined when neither came in `timeoutMs`, or
   * the signal aborted. A run that is already past it answers at once.
   */
  async waitFor(
    run: RunRef,
    accepts: (frame: Frame) => boolean,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<Frame | undefined> {
    if (signal.aborted) return undefined
    let found: Frame | undefined
    let leave = () => {}
    const timer = setTimeout(() => leave(), Math.min(timeoutMs, LONGEST_TIMER))
    // Looked up when it fires: following may end before `follow` has returned.
    const abort = () => leave()
    signal.addEventListener('abort', abort)
    try {
      await new Promise<void>((resolve, reject) => {
        leave = this.follow(run, 0, {
          take(batch) {
            found ??= batch.frames.find((frame) => frame.type === 'run_finished' || accepts(frame))
            if (found !== undefined) queueMicrotask(() => leave())
            return true
          },
          end: (error) => (error === undefined ? resolve() : reject(error)),
        })
      })
      return found
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
  }

  /** One poll: how far has every followed run come (D16). */
  async runOnce(): Promise<void> {
    if (this.#polling || this.#runs.size === 0) return
    this.#polling = true
    try {
      for (const [runId, followed] of this.#runs) {
        if (followed.unsubscribe === undefined) void this.#subscribe(runId, followed)
      }
      await this.#check([...this.#runs.keys()])
    } finally {
      this.#polling = false
    }
  }

  /** Ends every follower and every subscription. */
  close(): void {
    clearInterval(this.#timer)
    this.#stopListening()
    this.#closed = true
    for (const [runId, followed] of this.#runs) this.#drop(runId, followed)
  }

  #enter(run: RunRef, unborn = false): Followed {
    let followed = this.#runs.get(run.runId)
    if (followed === undefined) {
      const channel = new RunChannel(run, this.#deps.readEvents, unborn)
      const state = { unsubscribe: undefined, subscribing: false, answer: undefined }
      followed = { channel, ...state, unborn, expected: unborn }
      this.#runs.set(run.runId, followed)
      void this.#subscribe(run.runId, followed)
    }
    return followed
  }

  #leave(runId: string, followed: Followed): void {
    if (followed.channel.followers === 0 && !followed.expected) this.#drop(runId, followed)
  }

  #drop(runId: string, followed: Followed): void {
    if (this.#runs.get(runId) === followed) this.#runs.delete(runId)
    followed.channel.close()
    followed.unsubscribe?.()
    followed.unsubscribe = undefined
  }

  /** Never waited for: a feed that is down must not keep a viewer from what the database has. */
  async #subscribe(runId: string, followed: Followed): Promise<void> {
    if (followed.subscribing) return
    followed.subscribing = true
    try {
      const unsubscribe = await this.#deps.feed.subscribe(runTopic(runId), (payload) =>
        this.#receive(followed, payload),
      )
      if (this.#runs.get(runId) !== followed) return unsubscribe()
      followed.unsubscribe = unsubscribe
      if (!followed.unborn) await this.#check([runId])
    } catch (error) {
      this.#deps.onError(error, 'subscribing to a run')
    } finally {
      followed.subscribing = false
    }
  }

  #receive(followed: Followed, payload: string): void {
    try {
      const message = decodeRunFeed(payload)
      if (message.answer !== undefined) followed.answer = { ...followed.answer, ...message.answer }
      // What is on the feed was validated before it was stored; the port types it as unknown.
      followed.channel.advance(message.lastSeq, (message.events ?? []) as readonly RunEvent[])
    } catch (error) {
      this.#deps.onError(error, 'reading a message of the feed')
    }
  }

  async #check(runIds: readonly string[]): Promise<void> {
    try {
      const seqs = await this.#deps.lastSeqs(runIds)
      for (const [runId, seq] of seqs) this.#runs.get(runId)?.channel.advance(seq)
    } catch (error) {
      this.#deps.onError(error, 'reading how far runs have come')
    }
  }
}
