import { stepErrorToJson } from '@millrace/contracts'
import { type RunInput, type RunState, stepTimedOut, stepView } from '@millrace/engine'
import { failurePorts, type Plan } from '../plan/plan.js'
import { failedInput } from './failed-input.js'
import type { OutcomeContext } from './outcome-context.js'
import type { RunScopes } from './scopes.js'
import { toStepError } from './step-error.js'
import { takenEdges } from './step-executor.js'

/** The end of a `flow.delay`, or of the step's time before it; undefined when the step no longer waits for it. */
export async function delayOver(
  { path, attempt }: { readonly path: string; readonly attempt: number },
  state: RunState,
  context: OutcomeContext,
): Promise<RunInput | undefined> {
  const { plan, scope } = context
  const node = plan.graph.nodeAt(path)
  const step = stepView(state, path)
  if (
    node === undefined ||
    step?.status !== 'waiting' ||
    step.wait?.kind !== 'timer' ||
    step.attempt !== attempt
  )
    return undefined
  const { dueAt, timesOut } = step.wait
  const target = { path, attempt, node }
  if (timesOut) return failedInput(target, stepTimedOut(path, plan.graph.nodes[node]?.timeoutMs), context)
  const output = { until: new Date(dueAt).toISOString() }
  try {
    const taken = await takenEdges(plan, node, undefined, scope, output)
    return { kind: 'step_completed', path, attempt, output, taken }
  } catch (error) {
    return failedInput(target, toStepError(error), context)
  }
}

/** The end of a container's time; undefined when it has come to its end before. */
export async function timeOver(
  path: string,
  attempt: number,
  plan: Plan,
  state: RunState,
  scopes: RunScopes,
): Promise<RunInput | undefined> {
  const node = plan.graph.nodeAt(path)
  const step = stepView(state, path)
  if (node === undefined || step?.status !== 'waiting' || step.attempt !== attempt) return undefined
  const error = stepTimedOut(path, plan.graph.nodes[node]?.timeoutMs)
  const output = { error: stepErrorToJson(error) }
  const taken = await takenEdges(plan, node, failurePorts(plan, node), scopes.at(path), output).catch(
    () => [],
  )
  return { kind: 'step_timed_out', path, attempt, error, taken }
}
