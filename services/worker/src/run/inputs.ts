import { ERROR_PORT, MAIN_PORT, stepErrorToJson } from '@millrace/contracts'
import { type RunInput, type RunState, runningSteps, stepTimedOut, stepView } from '@millrace/engine'
import type { ClaimedRun, InboxItem } from '@millrace/run-store'
import type { Plan } from '../plan/plan.js'
import type { RunScopes } from './scopes.js'
import { toStepError } from './step-error.js'
import { takenEdges } from './step-executor.js'

/** The ports whose edges a failure of this node takes. */
export function failurePorts(plan: Plan, node: number): readonly string[] {
  const onError = plan.graph.nodes[node]?.onError
  return onError === 'route' ? [ERROR_PORT] : onError === 'continue' ? [MAIN_PORT] : []
}

/**
 * What a claim tells the engine: on the first one the edges the trigger takes; later, which of the attempts that a
 * lost worker left behind must not run again (I5), and the edges of their failure.
 */
export async function claimedInput(
  plan: Plan,
  state: RunState,
  scopes: RunScopes,
  { trigger, input, seeds }: Pick<ClaimedRun, 'trigger' | 'input' | 'seeds'>,
): Promise<RunInput> {
  if (state.lastSeq === 0) {
    try {
      const given = seeds.get(trigger)
      const taken =
        (given?.failed ? undefined : given?.taken) ??
        (await takenEdges(plan, state.trigger, undefined, scopes.root, input))
      return { kind: 'claimed', taken }
    } catch (error) {
      return { kind: 'fail_requested', error: toStepError(error) }
    }
  }
  const crashed = new Map<string, readonly number[]>()
  for (const { path, node } of runningSteps(state)) {
    // A seeded step did nothing that could happen twice.
    if (plan.graph.nodes[node]?.onCrash !== 'fail' || seeds.has(path)) continue
    crashed.set(
      path,
      await takenEdges(plan, node, failurePorts(plan, node), scopes.at(path), undefined).catch(() => []),
    )
  }
  return { kind: 'claimed', crashed }
}

/** What an inbox row means for the run; undefined when it no longer fits. */
export async function inboxInput(
  item: Exclude<InboxItem, { kind: 'wait_resolved' }>,
  plan: Plan,
  state: RunState,
  scopes: RunScopes,
): Promise<RunInput | undefined> {
  switch (item.kind) {
    case 'cancel':
      return { kind: 'cancel_requested', ...(item.reason === undefined ? {} : { reason: item.reason }) }
    case 'pause':
      return { kind: 'pause_requested', ...(item.by === undefined ? {} : { by: item.by }) }
    case 'resume':
      return { kind: 'resume_requested' }
    case 'wait_escalated':
      return { kind: 'step_waits', path: item.path, attempt: item.attempt, wait: item.wait }
    case 'timer':
      if (item.timer === 'run_timeout') return { kind: 'run_timed_out' }
      if (item.timer === 'retry') return { kind: 'retry_due', path: item.path, attempt: item.attempt }
      if (item.timer === 'step_timeout') return timeOver(item.path, item.attempt, plan, state, scopes)
      return delayOver(item.path, item.attempt, plan, state, scopes)
  }
}

/** The end of a `flow.delay`; undefined when the step no longer waits for it. */
export async function delayOver(
  path: string,
  attempt: number,
  plan: Plan,
  state: RunState,
  scopes: RunScopes,
): Promise<RunInput | undefined> {
  const node = plan.graph.nodeAt(path)
  const step = stepView(state, path)
  if (
    node === undefined ||
    step?.status !== 'waiting' ||
    step.wait?.kind !== 'timer' ||
    step.attempt !== attempt
  )
    return undefined
  const output = { until: new Date(step.wait.dueAt).toISOString() }
  try {
    const taken = await takenEdges(plan, node, undefined, scopes.at(path), output)
    return { kind: 'step_completed', path, attempt, output, taken }
  } catch (error) {
    return { kind: 'step_errored', path, attempt, error: toStepError(error), random: 0, taken: [] }
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
