import { ERRORS, type Json, MillraceError, type PayloadRef, refuseUnstorable } from '@millrace/contracts'
import type { RunInput } from '@millrace/engine'
import { callInput } from './call-input.js'
import { containerInput } from './containers/open.js'
import { failedInput } from './failed-input.js'
import type { OutcomeContext, StepRef } from './outcome-context.js'
import { toStepError } from './step-error.js'
import type { StepOutcome, WaitRequest } from './step-executor.js'
import { payloadKey, type StorableOutput, storableText, toStorable } from './storable.js'
import { waitInput } from './wait-input.js'

/** What the end of an attempt tells the engine. */
export async function outcomeInput(
  request: StepRef,
  outcome: StepOutcome,
  context: OutcomeContext,
): Promise<RunInput> {
  const { path, attempt } = request
  if (outcome.kind === 'errored') return failedInput(request, outcome.error, context)
  if (outcome.kind === 'waits') return waitingInput(request, outcome.wait, context)
  if (outcome.kind === 'calls')
    return callInput(request, outcome.call, context, (done) => outcomeInput(request, done, context))
  let storable: StorableOutput
  try {
    if (outcome.kind === 'stops') return stopInput(request, outcome.stop)
    storable = toStorable(answerOf(outcome, context))
  } catch (error) {
    return failedInput(request, toStepError(error), context)
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

/** What is waited for is stored with the step that waits, and seen by those who end it. */
function waitingInput(
  step: StepRef,
  wait: WaitRequest,
  context: OutcomeContext,
): RunInput | Promise<RunInput> {
  if (wait.kind === 'items' || wait.kind === 'iterations') return containerInput(step, wait, context)
  try {
    refuseUnstorable(wait, 'what it waits for')
  } catch (error) {
    return failedInput(step, toStepError(error), context)
  }
  return waitInput(step, wait, context)
}

/** The output of a run stands in its row, and so is never stored apart. */
function stopInput(
  { path, attempt }: StepRef,
  { status, message, output }: Extract<StepOutcome, { kind: 'stops' }>['stop'],
): RunInput {
  const { hint, retryable } = ERRORS.RUN_STOPPED
  const { value, stored } = toStorable(output)
  if (stored !== undefined)
    throw new MillraceError('OUTPUT_TOO_LARGE', `the output has ${stored.bytes} bytes`)
  return {
    kind: 'stop_requested',
    path,
    attempt,
    status,
    ...(value === undefined ? {} : { output: value }),
    ...(status === 'completed'
      ? {}
      : { error: { code: 'RUN_STOPPED', message: storableText(message), hint, retryable } }),
  }
}

/** The first response wins and is stored with its step; later ones, and one that nobody waits for, say that they were not delivered. */
function answerOf(
  { output, response }: Extract<StepOutcome, { kind: 'completed' }>,
  context: OutcomeContext,
): Json | undefined {
  if (response === undefined) return output
  refuseUnstorable(response, 'the response')
  return { status: response.status, delivered: context.claimResponse(response) }
}
