import type { RunState, StepState } from './state.js'

/**
 * When the run times out: counted from its start, waits included, pauses left out. Undefined: never, or not yet known.
 * The timeout is for going forward; going back takes the time it takes.
 */
export function runDeadline(state: RunState): number | undefined {
  const { timeoutMs } = state.graph.definition.settings
  if (timeoutMs === undefined || state.startedAt === null || state.status === 'paused') return undefined
  if (state.compensation !== null || state.undo !== undefined) return undefined
  return state.startedAt + timeoutMs + state.pausedMs
}

/**
 * When a container's time is over, all of its items or iterations together: waits included, pauses of the run left
 * out. Undefined: never, or not yet known.
 */
export function containerDeadline(state: RunState, { node, inside }: StepState): number | undefined {
  const { timeoutMs } = state.graph.nodes[node]!
  if (inside === null || timeoutMs === undefined || state.status === 'paused') return undefined
  return inside.begunAt + timeoutMs + state.pausedMs
}
