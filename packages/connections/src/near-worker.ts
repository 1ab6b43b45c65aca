import type { ClaimedRun, NewRun } from '@millrace/run-store'

/** A place that a worker keeps for a run until it has been accepted, or not. Exactly one of both is to be called, once. */
export interface Place {
  /** To accept the run for: see `claimFor` of a new run. */
  readonly workerId: string
  take(run: ClaimedRun): void
  release(): void
}

/** A worker as those see it who accept runs in the same process. */
export interface PlaceOffer {
  /** Undefined when it has none for this run, or drains. */
  reserve(run: Pick<NewRun, 'id' | 'workspaceId'>): Place | undefined
}

/** Owns: who is the worker of this process, if there is one. A run accepted here needs no messenger to get there. */
export class NearWorker implements PlaceOffer {
  #worker: PlaceOffer | undefined

  /** @returns what takes it back. */
  join(worker: PlaceOffer): () => void {
    this.#worker = worker
    return () => {
      if (this.#worker === worker) this.#worker = undefined
    }
  }

  reserve(run: Pick<NewRun, 'id' | 'workspaceId'>): Place | undefined {
    return this.#worker?.reserve(run)
  }
}
