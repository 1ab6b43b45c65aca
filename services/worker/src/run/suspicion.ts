import type { RunEvent } from '@millrace/contracts'
import { openSteps, type RunState } from '@millrace/engine'
import { type ClaimedRun, isProgress } from '@millrace/run-store'

/**
 * How a run is treated whose owners have died (D13). Any of the runs of a dead worker may have killed it, and most of
 * them are innocent: durable progress, and word of an owner that lives after all, take the suspicion back.
 */

type Suspect = Pick<ClaimedRun, 'crashCount'>

/** After two crashes: alone, in a process of its own. */
export const mustBeAlone = ({ crashCount }: Suspect): boolean => crashCount >= 2

/**
 * Whether the run of one session goes carefully: one step at a time, each known to have started before it does, so that
 * the next crash tells which step it was.
 *
 * 1. It does after a crash, until the first progress of the session is durable.
 * 2. It goes on so for as long as a step is open that two owners in a row were lost with: whatever kills its process
 *    among many that do not is alone by the third time, however much progress those make.
 * 3. A run that plays alone goes carefully to its end, which is to name the step.
 */
export class Caution {
  #isOver: boolean
  #hasProgress = false
  readonly #isAlone: boolean
  /** Paths of the steps that two owners in a row were lost with. */
  readonly #lostTwice: Set<string>

  /** `state`: as the former owner left it. */
  constructor(run: Suspect, state: RunState) {
    this.#isOver = run.crashCount === 0
    this.#isAlone = mustBeAlone(run)
    const left = this.#isOver ? [] : openSteps(state)
    this.#lostTwice = new Set(
      left.filter(({ status, error }) => status === 'running' && isLoss(error)).map(pathOf),
    )
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** To be told of what has become durable. True when the run need not go carefully any more from here on. */
  endsWith(events: readonly RunEvent[]): boolean {
    if (this.#isOver || this.#isAlone) return false
    for (const event of events) if (isEnd(event)) this.#lostTwice.delete(event.path)
    this.#hasProgress ||= events.some(isProgress)
    this.#isOver = this.#hasProgress && this.#lostTwice.size === 0
    return this.#isOver
  }
}

const pathOf = ({ path }: { readonly path: string }): string => path

/** A try that began after one that was lost keeps the error of that one. */
const isLoss = (error: { readonly code: string } | null): boolean => error?.code === 'WORKER_LOST'

type StepEnd = Extract<
  RunEvent,
  { type: 'step_succeeded' | 'step_failed' | 'step_cancelled' | 'step_waiting' }
>
const ENDS: readonly string[] = [
  'step_succeeded',
  'step_failed',
  'step_cancelled',
  'step_waiting',
] satisfies StepEnd['type'][]
const isEnd = (event: RunEvent): event is StepEnd => ENDS.includes(event.type)
