import type { RunEvent } from '@millrace/contracts'
import type { Graph } from '../graph/graph.js'
import { applyEvent } from './apply-event.js'
import { createRunState, type RunOrigin, type RunState } from './state.js'

/**
 * The state that a run's events add up to. `lastSeq`, when given, is where they must end (D2): events read before
 * the last flush was visible would fold into an older state. Throws Error on a gap.
 */
export function foldEvents(
  graph: Graph,
  origin: RunOrigin,
  events: Iterable<RunEvent>,
  lastSeq?: number,
): RunState {
  const state = createRunState(graph, origin)
  for (const event of events) applyEvent(state, event)
  if (lastSeq !== undefined && state.lastSeq !== lastSeq) {
    throw new Error(`the events end at ${state.lastSeq}, the run at ${lastSeq}`)
  }
  return state
}
