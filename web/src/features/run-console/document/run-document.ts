import type { RunEvent } from '@millrace/contracts'
import { applyEvent, createRunState, type Graph, type RunOrigin, type RunState } from '@millrace/engine'

/**
 * A run's events as this screen has them, and what they add up to.
 *
 * Owns: the events 1 to n, the state folded from them, and events that came before their turn. Does not own the
 * connection: it says what it misses, the caller reads again.
 *
 * 1. events[i].seq = i + 1, whatever repeats, comes out of order or stays away (I4).
 * 2. `state` is what the engine's own fold makes of `events`: the screen cannot disagree with the server.
 * 3. Early events are bounded; those dropped come again with the re-read.
 */

/** Sees every event once, in order, with the state right after it. */
export interface RunObserver {
  observe(event: RunEvent, state: RunState): void
}

const MAX_EARLY = 5_000

export class RunDocument {
  readonly state: RunState
  readonly #events: RunEvent[] = []
  readonly #early = new Map<number, RunEvent>()
  readonly #observers: readonly RunObserver[]

  constructor(
    readonly graph: Graph,
    readonly origin: RunOrigin,
    observers: readonly RunObserver[] = [],
  ) {
    this.state = createRunState(graph, origin)
    this.#observers = observers
  }

  get events(): readonly RunEvent[] {
    return this.#events
  }

  get lastSeq(): number {
    return this.#events.length
  }

  /** True once nothing can follow. */
  get isComplete(): boolean {
    return this.#events.at(-1)?.type === 'run_finished'
  }

  /** True while events are held back because one before them is missing: read again after `lastSeq`. */
  get hasGap(): boolean {
    return this.#early.size > 0
  }

  /** Takes events as they come; returns how many found their place. Throws Error on one that does not fit the run. */
  receive(events: Iterable<RunEvent>): number {
    const before = this.lastSeq
    for (const event of events) {
      if (event.seq === this.lastSeq + 1) this.#append(event)
      else if (event.seq > this.lastSeq && this.#early.size < MAX_EARLY) this.#early.set(event.seq, event)
    }
    return this.lastSeq - before
  }

  #append(event: RunEvent): void {
    let next: RunEvent | undefined = event
    while (next !== undefined) {
      applyEvent(this.state, next)
      this.#events.push(next)
      for (const observer of this.#observers) observer.observe(next, this.state)
      this.#early.delete(next.seq)
      next = this.#early.get(next.seq + 1)
    }
  }
}
