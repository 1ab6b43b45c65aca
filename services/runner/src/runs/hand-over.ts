import type { Place, PlaceOffer } from '@millrace/connections'
import {
  decodePlaces,
  type EventFeed,
  MAX_INLINE_BYTES,
  PLACES_TOPIC,
  type Unsubscribe,
  workerTopic,
} from '@millrace/feed'
import { encodeHandedRun } from '@millrace/run-store'

export interface HandOverDeps {
  readonly near: PlaceOffer
  readonly feed: Pick<EventFeed, 'publish' | 'subscribe'>
  readonly onError: (error: unknown, what: string) => void
  /** Milliseconds, monotonic. */
  readonly now: () => number
}

/** A worker that has said nothing for so long may be gone. Milliseconds; they speak each second. */
const FRESH_MS = 2_500

interface FarWorker {
  free: number
  heardAt: number
}

/**
 * Finds a worker that a run can be accepted for, so that it begins without a doorbell (D11).
 *
 * Owns: what workers elsewhere have said of their free places, less what was handed to them from here since. That is an
 * estimate: other processes hand over too, and a worker gives back what it has no place for. Owns no run: one that does
 * not reach its worker is found by that worker, or by the sweeper once its lease has run out.
 */
export class HandOver implements PlaceOffer {
  readonly #far = new Map<string, FarWorker>()
  #unsubscribe: Unsubscribe | undefined

  constructor(private readonly deps: HandOverDeps) {}

  async start(): Promise<void> {
    this.#unsubscribe = await this.deps.feed.subscribe(PLACES_TOPIC, (payload) => this.#hear(payload))
  }

  stop(): void {
    this.#unsubscribe?.()
    this.#far.clear()
  }

  reserve(): Place | undefined {
    return this.deps.near.reserve() ?? this.#reserveFar()
  }

  /** With the worker that has most places free. */
  #reserveFar(): Place | undefined {
    const oldest = this.deps.now() - FRESH_MS
    let best: [string, FarWorker] | undefined
    for (const entry of this.#far) {
      if (entry[1].heardAt < oldest) this.#far.delete(entry[0])
      else if (entry[1].free > (best?.[1].free ?? 0)) best = entry
    }
    if (best === undefined) return undefined
    const [workerId, worker] = best
    worker.free -= 1
    return {
      workerId,
      take: (run) => this.#send(workerId, encodeHandedRun(run, MAX_INLINE_BYTES)),
      release: () => {
        worker.free += 1
      },
    }
  }

  #send(workerId: string, payload: string): void {
    this.deps.feed
      .publish([{ topic: workerTopic(workerId), payload }])
      .catch((error) => this.deps.onError(error, 'handing a run over'))
  }

  #hear(payload: string): void {
    const { workerId, free } = decodePlaces(payload)
    if (free > 0) this.#far.set(workerId, { free, heardAt: this.deps.now() })
    else this.#far.delete(workerId)
  }
}
