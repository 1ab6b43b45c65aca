import type { RunEvent } from '@millrace/contracts'
import { calledRuns, type RunState } from '@millrace/engine'

/**
 * Owns: which runs this one has called and not heard of yet. The end of the step that called one, or of this run,
 * cancels it: it is to be rung for, and by then the steps no longer say so.
 */
export class CalledRuns {
  readonly #byPath: Map<string, string>
  #orphans: string[] = []

  constructor(state: RunState) {
    this.#byPath = calledRuns(state)
  }

  get ids(): readonly string[] {
    return [...this.#byPath.values()]
  }

  /** Those that steps have stopped waiting for since the last call. */
  takeOrphans(): readonly string[] {
    const orphans = this.#orphans
    this.#orphans = []
    return orphans
  }

  /** To be told of every event of the run. */
  observe(event: RunEvent): void {
    if (event.type === 'step_waiting' && event.wait.kind === 'child')
      this.#byPath.set(event.path, event.wait.runId)
    else if (event.type === 'step_cancelled') this.#forsake(event.path)
    else if (event.type === 'step_succeeded' || event.type === 'step_failed') this.#byPath.delete(event.path)
  }

  #forsake(path: string): void {
    const runId = this.#byPath.get(path)
    if (runId !== undefined) this.#orphans.push(runId)
    this.#byPath.delete(path)
  }
}
