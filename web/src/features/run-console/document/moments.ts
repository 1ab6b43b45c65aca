import type { RunEvent } from '@millrace/contracts'
import { applyEvent, copyRunState, createRunState, type RunState } from '@millrace/engine'
import type { RunDocument } from './run-document.js'

/**
 * The run at any of its events, for the time machine.
 *
 * Owns: one state that is moved forward in place, and copies laid along the way to come back to.
 *
 * 1. `at(seq)` is the fold of the events 1 to seq; it stands only until the next call.
 * 2. There are at most 16 copies, evenly spread, however long the run is: each holds all of its steps.
 */
const MAX_COPIES = 16
const FIRST_SPACING = 256

type Source = Pick<RunDocument, 'graph' | 'origin' | 'events'>

export class Moments {
  readonly #source: Source
  readonly #copies = new Map<number, RunState>()
  #spacing = FIRST_SPACING
  #state: RunState

  constructor(source: Source) {
    this.#source = source
    this.#state = createRunState(source.graph, source.origin)
  }

  /** Seq 0 is the run before its first event; beyond the last event it is the last. */
  at(seq: number): RunState {
    const { events } = this.#source
    const target = Math.max(0, Math.min(seq, events.length))
    const copy = this.#nearest(target)
    const isAhead = this.#state.lastSeq > target
    if (isAhead || (copy?.lastSeq ?? 0) > this.#state.lastSeq) this.#state = this.#restart(copy)
    while (this.#state.lastSeq < target) this.#step(events)
    return this.#state
  }

  #step(events: readonly RunEvent[]): void {
    applyEvent(this.#state, events[this.#state.lastSeq]!)
    const { lastSeq } = this.#state
    if (lastSeq % this.#spacing !== 0 || this.#copies.has(lastSeq)) return
    this.#copies.set(lastSeq, copyRunState(this.#state))
    if (this.#copies.size > MAX_COPIES) this.#thin()
  }

  #thin(): void {
    this.#spacing *= 2
    for (const seq of this.#copies.keys()) if (seq % this.#spacing !== 0) this.#copies.delete(seq)
  }

  #nearest(seq: number): RunState | undefined {
    let nearest: RunState | undefined
    for (const copy of this.#copies.values())
      if (copy.lastSeq <= seq && copy.lastSeq > (nearest?.lastSeq ?? 0)) nearest = copy
    return nearest
  }

  #restart(copy: RunState | undefined): RunState {
    const { graph, origin } = this.#source
    return copy === undefined ? createRunState(graph, origin) : copyRunState(copy)
  }
}
