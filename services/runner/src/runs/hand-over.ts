import type { Place, PlaceOffer } from '@millrace/connections'
import {
  decodePlaces,
  type EventFeed,
  MAX_INLINE_BYTES,
  PLACES_TOPIC,
  type PlacesPayload,
  type Unsubscribe,
  workerTopic,
} from '@millrace/feed'
import { encodeHandedRun, type NewRun } from '@millrace/run-store'

export interface HandOverDeps {
  readonly near: PlaceOffer
  readonly feed: Pick<EventFeed, 'publish' | 'subscribe'>
  readonly onError: (error: unknown, what: string) => void
  /** Milliseconds, monotonic. */
  readonly now: () => number
}

/** A worker that has said nothing for so long may be gone. Milliseconds; they speak each second. */
const FRESH_MS = 2_500

type RunToPlace = Pick<NewRun, 'id' | 'workspaceId'>

interface FarWorker extends Omit<PlacesPayload, 'workerId' | 'free' | 'express'> {
  free: number
  express: number
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

  reserve(run: RunToPlace): Place | undefined {
    return this.deps.near.reserve(run) ?? this.#reserveFar('free') ?? this.#reserveFar('express', run)
  }

  /** With the worker that has most of such places. */
  #reserveFar(kind: 'free' | 'express', run?: RunToPlace): Place | undefined {
    const oldest = this.deps.now() - FRESH_MS
    let best: [string, FarWorker] | undefined
    for (const entry of this.#far) {
      const [workerId, worker] = entry
      if (worker.heardAt < oldest) this.#far.delete(workerId)
      else if (run !== undefined && worker.crowding.includes(run.workspaceId)) continue
      else if (worker[kind] > (best?.[1][kind] ?? 0)) best = entry
    }
    if (best === undefined) return undefined
    const [workerId, worker] = best
    worker[kind] -= 1
    return {
      workerId,
      take: (claimed) => this.#send(workerId, encodeHandedRun(claimed, MAX_INLINE_BYTES)),
      release: () => {
        worker[kind] += 1
      },
    }
  }

  #send(workerId: string, payload: string): void {
    this.deps.feed
      .publish([{ topic: workerTopic(workerId), payload }])
      .catch((error) => this.deps.onError(error, 'handing a run over'))
  }

  #hear(payload: string): void {
    const { workerId, ...places } = decodePlaces(payload)
    if (places.free + places.express > 0) this.#far.set(workerId, { ...places, heardAt: this.deps.now() })
    else this.#far.delete(workerId)
  }
}
