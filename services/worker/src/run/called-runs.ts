import type { RunEvent } from '@millrace/contracts'
import { calledRuns, type RunState } from '@millrace/engine'

/**
 * Owns: which runs this one has called and not heard of yet. Its end cancels them: they are to be rung for, and by then
 * their steps no longer say so.
 */
export class CalledRuns {
  readonly #byPath: Map<string, string>

  constructor(state: RunState) {
    this.#byPath = calledRuns(state)
  }

  get ids(): readonly string[] {
    return [...this.#byPath.values()]
  }

  /** To be told of every event of the run. */
  observe(event: RunEvent): void {
    if (event.type === 'step_waiting' && event.wait.kind === 'child')
      this.#byPath.set(event.path, event.wait.runId)
    else if (event.type === 'step_succeeded' || event.type === 'step_failed') this.#byPath.delete(event.path)
  }
}
