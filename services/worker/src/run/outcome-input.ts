import { type Json, type PayloadRef, type StepError, stepErrorToJson } from '@millrace/contracts'
import type { RunInput } from '@millrace/engine'
import type { AttemptRequest } from './attempt-runner.js'
import { failurePorts } from './inputs.js'
import type { OutcomeContext } from './outcome-context.js'
import { toStepError } from './step-error.js'
import { type StepOutcome, takenEdges } from './step-executor.js'
import { payloadKey, type StorableOutput, toStorable } from './storable.js'
import { waitInput } from './wait-input.js'

/** What the end of an attempt tells the engine. */
export async function outcomeInput(
  request: AttemptRequest,
  outcome: StepOutcome,
  context: OutcomeContext,
): Promise<RunInput> {
  const { path, attempt } = request
  if (outcome.kind === 'errored') return errorInput(request, outcome.error, context)
  if (outcome.kind === 'waits') return waitInput(request, outcome.wait, context)
  let storable: StorableOutput
  try {
    storable = toStorable(answerOf(outcome, context))
  } catch (error) {
    return errorInput(request, toStepError(error), context)
  }
  const { value, stored } = storable
  const { taken } = outcome
  if (stored === undefined) return { kind: 'step_completed', path, attempt, output: value, taken }
  const outputRef: PayloadRef = { key: payloadKey(path, attempt, context.epoch), bytes: stored.bytes }
  // Stored ahead of the flush that refers to it, which keeps batches small (D7).
  await context.storePayload({ key: outputRef.key, body: stored.body })
  context.scope.atHand(outputRef.key, value)
  return { kind: 'step_completed', path, attempt, output: undefined, outputRef, taken }
}

/** The first response wins and is stored with its step; later ones record that they were not delivered. */
function answerOf(
  { output, response }: Extract<StepOutcome, { kind: 'completed' }>,
  context: OutcomeContext,
): Json | undefined {
  return response === undefined
    ? output
    : { status: response.status, delivered: context.claimResponse(response) }
}

/** Edges are worked out here, so that the engine never evaluates; a failing condition leaves none taken. */
async function errorInput(
  { path, attempt, node }: AttemptRequest,
  error: StepError,
  { plan, scope, random }: OutcomeContext,
): Promise<RunInput> {
  const output = { error: stepErrorToJson(error) }
  const taken = await takenEdges(plan, node, failurePorts(plan, node), scope, output).catch(() => [])
  return { kind: 'step_errored', path, attempt, error, random, taken }
}
