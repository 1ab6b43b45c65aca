import { type StepError, stepErrorToJson } from '@millrace/contracts'
import type { RunInput } from '@millrace/engine'
import { failurePorts } from '../plan/plan.js'
import type { OutcomeContext, StepRef } from './outcome-context.js'
import { takenEdges } from './step-executor.js'

/** Edges are worked out here, so that the engine never evaluates; a failing condition leaves none taken. */
export async function failedInput(
  { path, attempt, node }: StepRef,
  error: StepError,
  { plan, scope, random }: OutcomeContext,
): Promise<RunInput> {
  const output = { error: stepErrorToJson(error) }
  const taken = await takenEdges(plan, node, failurePorts(plan, node), scope, output).catch(() => [])
  // Nothing was tried.
  const counted = error.code !== 'CIRCUIT_OPEN'
  return { kind: 'step_errored', path, attempt, error, random, taken, counted }
}
