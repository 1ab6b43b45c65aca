import type { RunEvent, RunSnapshot } from '@millrace/contracts'
import type { Graph } from '../graph/graph.js'
import { applyEvent } from './apply-event.js'
import { createRunState } from './create-run-state.js'
import { restoreRun } from './restore.js'
import type { RunOrigin, RunState } from './state.js'

/**
 * The state that a run's events add up to. `lastSeq`, when given, is where they must end (D2): events read before
 * the last flush was visible would fold into an older state. `from`: where the fold starts, and after which the events
 * begin (D20). Throws Error on a gap, and on a snapshot that does not fit.
 */
export function foldEvents(
  graph: Graph,
  origin: RunOrigin,
  events: Iterable<RunEvent>,
  lastSeq?: number,
  from?: RunSnapshot,
): RunState {
  const state = from === undefined ? createRunState(graph, origin) : restoreRun(graph, origin, from)
  for (const event of events) applyEvent(state, event)
  if (lastSeq !== undefined && state.lastSeq !== lastSeq) {
    throw new Error(`the events end at ${state.lastSeq}, the run at ${lastSeq}`)
  }
  return state
}
