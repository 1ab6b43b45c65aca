import type { NearWorker, Place, PlaceOffer } from '@millrace/connections'
import {
  type EventFeed,
  PLACES_TOPIC,
  type PlacesPayload,
  type Unsubscribe,
  workerTopic,
} from '@millrace/feed'
import { type ClaimedRun, decodeHandedRun, type RunOwnership } from '@millrace/run-store'
import type { PlacedRun, Places } from '../places/places.js'
import { Told } from './told.js'

export interface HandedRunsDeps {
  readonly store: Pick<RunOwnership, 'workerId' | 'strayRuns' | 'takeFrom'>
  readonly feed: Pick<EventFeed, 'publish' | 'subscribe'>
  readonly near: Pick<NearWorker, 'join'>
  readonly places: Pick<Places, 'free' | 'freeExpress' | 'crowding' | 'onFree' | 'tryReserve' | 'cancel'>
  /** False while the worker may take nothing: it drains, or has lost its lease. */
  readonly mayTake: () => boolean
  /** Whether the run is in this worker's hands, or being taken up. */
  readonly knows: (runId: string) => boolean
  /** A run of ours that has a place. */
  readonly adopt: (run: ClaimedRun) => void
  /** A run of ours that there is no place for. */
  readonly giveBack: (run: ClaimedRun) => void
  readonly onError: (error: unknown, what: string) => void
}

/** How often the worker says how many places it has, and looks for runs that did not reach it. Milliseconds. */
const TELL_MS = 1_000

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
  readonly #ordinary = new Told()
  readonly #express = new Told()

  constructor(private readonly deps: HandedRunsDeps) {}

  async start(): Promise<void> {
    const { feed, near, store, onError } = this.deps
    this.#unsubscribe = await feed.subscribe(workerTopic(store.workerId), (payload) => {
      this.#receive(payload).catch((error) => onError(error, 'taking a run that was handed over'))
    })
    this.#leave = near.join(this)
    // Told of none, nobody hands anything over: say so as soon as that has changed.
    this.deps.places.onFree(() => {
      if (!this.#stopped && this.#isLow()) this.#tell()
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

  reserve(run: PlacedRun): Place | undefined {
    const { places, mayTake, store, adopt } = this.deps
    if (this.#stopped || !mayTake() || !places.tryReserve(run)) return undefined
    return { workerId: store.workerId, take: adopt, release: () => places.cancel(run) }
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
    if ('runId' in handed) await this.#takeById(handed.runId)
    else if (!this.deps.knows(handed.run.id)) this.#take(handed.run)
    if (this.#isLow()) this.#tell()
  }

  async #takeById(runId: string): Promise<void> {
    const { store } = this.deps
    const run = await store.takeFrom(runId, store.workerId)
    if (run !== null) this.#take(run)
  }

  #take(run: ClaimedRun): void {
    const { places, mayTake, adopt, giveBack } = this.deps
    const { freeExpress } = places
    const reserved = mayTake() && places.tryReserve(run)
    // Which kind it was meant for is not said. One of a crowd that has found no express place costs no further word.
    if (reserved && places.freeExpress < freeExpress) this.#express.taken()
    else this.#ordinary.taken()
    if (reserved) adopt(run)
    else giveBack(run)
  }

  #isLow(): boolean {
    const { mayTake, places } = this.deps
    return mayTake() && (this.#ordinary.isLow(places.free) || this.#express.isLow(places.freeExpress))
  }

  #tell(): void {
    const { feed, places, store, mayTake, onError } = this.deps
    const none = this.#stopped || !mayTake()
    const payload: PlacesPayload = {
      workerId: store.workerId,
      free: this.#ordinary.tell(none ? 0 : places.free),
      express: this.#express.tell(none ? 0 : places.freeExpress),
      crowding: places.crowding,
    }
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
