import { type RunInput, type RunState, runningSteps } from '@millrace/engine'
import type { ClaimedRun, InboxItem } from '@millrace/run-store'
import { failurePorts, type Plan } from '../plan/plan.js'
import type { OutcomeContexts } from './outcome-contexts.js'
import type { RunScopes } from './scopes.js'
import { toStepError } from './step-error.js'
import { takenEdges } from './step-executor.js'
import { delayOver, timeOver } from './time-over.js'

/**
 * What a claim tells the engine: on the first one the edges the trigger takes; later, which of the attempts that a
 * lost worker left behind must not run again (I5), and the edges of their failure.
 */
export async function claimedInput(
  plan: Plan,
  state: RunState,
  scopes: RunScopes,
  { trigger, input, seeds, leftBy }: Pick<ClaimedRun, 'trigger' | 'input' | 'seeds' | 'leftBy'>,
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
  return { kind: 'claimed', crashed, left: leftBy?.how }
}

/** What an inbox row means for the run; undefined when it no longer fits. */
export async function inboxInput(
  item: Exclude<InboxItem, { kind: 'wait_resolved' }>,
  plan: Plan,
  state: RunState,
  scopes: RunScopes,
  contexts: Pick<OutcomeContexts, 'of' | 'callersChanged'>,
): Promise<RunInput | undefined> {
  switch (item.kind) {
    case 'cancel':
      return { kind: 'cancel_requested', ...(item.reason === undefined ? {} : { reason: item.reason }) }
    case 'pause':
      return { kind: 'pause_requested', ...(item.by === undefined ? {} : { by: item.by }) }
    case 'resume':
      return { kind: 'resume_requested' }
    case 'callers':
      contexts.callersChanged(item.change)
      return undefined
    case 'wait_escalated':
      return { kind: 'step_waits', path: item.path, attempt: item.attempt, wait: item.wait }
    case 'timer':
      if (item.timer === 'run_timeout') return { kind: 'run_timed_out' }
      if (item.timer === 'retry') return { kind: 'retry_due', path: item.path, attempt: item.attempt }
      if (item.timer === 'step_timeout') return timeOver(item.path, item.attempt, plan, state, scopes)
      return delayOver(item, state, contexts.of(item.path))
  }
}
