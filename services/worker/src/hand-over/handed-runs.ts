import type { NearWorker, Place, PlaceOffer } from '@millrace/connections'
import {
  type EventFeed,
  PLACES_TOPIC,
  type PlacesPayload,
  type Unsubscribe,
  workerTopic,
} from '@millrace/feed'
import { type ClaimedRun, decodeHandedRun, type RunOwnership } from '@millrace/run-store'
import type { Slots } from '../slots.js'

export interface HandedRunsDeps {
  readonly store: Pick<RunOwnership, 'workerId' | 'strayRuns' | 'takeFrom'>
  readonly feed: Pick<EventFeed, 'publish' | 'subscribe'>
  readonly near: Pick<NearWorker, 'join'>
  readonly slots: Pick<Slots, 'free' | 'onFree' | 'tryAcquire' | 'release'>
  /** False while the worker may take nothing: it drains, is full, or has lost its lease. */
  readonly mayTake: () => boolean
  /** Whether the run is in this worker's hands, or being taken up. */
  readonly knows: (runId: string) => boolean
  /** A run of ours, and a place for it. */
  readonly adopt: (run: ClaimedRun) => void
  /** A run of ours that there is no place for. */
  readonly giveBack: (run: ClaimedRun) => void
  readonly onError: (error: unknown, what: string) => void
}

/** How often the worker says how many places it has, and looks for runs that did not reach it. Milliseconds. */
const TELL_MS = 1_000
/**
 * Places told of at a time. What is handed to a worker that has just died waits for its lease to run out, so that there
 * had better not be many; a live one tells of more as soon as half are taken.
 */
const MOST_TOLD = 16

/**
 * The runs that were accepted for this worker, and so are its own before it hears of them (D2).
 *
 * Owns: what it has said of its free places, and the way on which such runs come: from this process, in a message, or,
 * where that was lost, by a look at the database. Does not own the places, nor the runs once they are adopted.
 *
 * 1. A run comes at most once under one epoch: one found in the database is taken under a new one (I3).
 * 2. Without a free place a run is given back; it never waits here (D11).
 */
export class HandedRuns implements PlaceOffer {
  #unsubscribe: Unsubscribe | undefined
  #leave: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined
  #stopped = false
  /** Places last told of, and those of them that no message has taken yet. */
  #told = 0
  #open = 0

  constructor(private readonly deps: HandedRunsDeps) {}

  async start(): Promise<void> {
    const { feed, near, store, onError } = this.deps
    this.#unsubscribe = await feed.subscribe(workerTopic(store.workerId), (payload) => {
      this.#receive(payload).catch((error) => onError(error, 'taking a run that was handed over'))
    })
    this.#leave = near.join(this)
    // Told of none, nobody hands anything over: say so as soon as that has changed.
    this.deps.slots.onFree(() => {
      if (this.#told === 0 && !this.#stopped) this.#tell()
    })
    this.#tell()
    this.#schedule()
  }

  /** Offers no places from here on. What is still on its way is left to `strayRuns` or the sweeper. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#leave?.()
    this.#tell()
  }

  close(): void {
    this.#unsubscribe?.()
  }

  reserve(): Place | undefined {
    const { slots, mayTake, store, adopt } = this.deps
    if (this.#stopped || !mayTake() || !slots.tryAcquire()) return undefined
    return { workerId: store.workerId, take: adopt, release: () => slots.release() }
  }

  /** Runs of ours that nobody brought. */
  async runOnce(): Promise<void> {
    const { store, knows } = this.deps
    for (const runId of await store.strayRuns()) {
      if (!knows(runId)) await this.#takeById(runId)
    }
  }

  async #receive(payload: string): Promise<void> {
    const handed = decodeHandedRun(payload)
    this.#open -= 1
    if ('runId' in handed) await this.#takeById(handed.runId)
    else if (!this.deps.knows(handed.run.id)) this.#take(handed.run)
    if (this.#open <= this.#told / 2) this.#tell()
  }

  async #takeById(runId: string): Promise<void> {
    const { store } = this.deps
    const run = await store.takeFrom(runId, store.workerId)
    if (run !== null) this.#take(run)
  }

  #take(run: ClaimedRun): void {
    const { slots, mayTake, adopt, giveBack } = this.deps
    if (mayTake() && slots.tryAcquire()) adopt(run)
    else giveBack(run)
  }

  #tell(): void {
    const { feed, slots, store, mayTake, onError } = this.deps
    this.#told = this.#stopped || !mayTake() ? 0 : Math.min(slots.free, MOST_TOLD)
    this.#open = this.#told
    const payload: PlacesPayload = { workerId: store.workerId, free: this.#told }
    feed
      .publish([{ topic: PLACES_TOPIC, payload: JSON.stringify(payload) }])
      .catch((error) => onError(error, 'telling of free places'))
  }

  #schedule(): void {
    this.#timer = setTimeout(async () => {
      this.#tell()
      await this.runOnce().catch((error) =>
        this.deps.onError(error, 'looking for runs that were handed over'),
      )
      if (!this.#stopped) this.#schedule()
    }, TELL_MS)
  }
}
