import { refuseUnstorable } from '@millrace/contracts'
import { uuidv7 } from '@millrace/db'
import type { RunInput } from '@millrace/engine'
import type { CallRequest } from '@millrace/nodes'
import { failedInput } from './failed-input.js'
import type { OutcomeContext, StepRef } from './outcome-context.js'
import { toStepError } from './step-error.js'
import { type StepOutcome, takenEdges } from './step-executor.js'
import { waitInput } from './wait-input.js'

/** A step calls another workflow: its run is made in the flush of the event that says so (D5). */
export async function callInput(
  step: StepRef,
  call: CallRequest,
  context: OutcomeContext,
  complete: (outcome: StepOutcome) => Promise<RunInput>,
): Promise<RunInput> {
  const { path, attempt, node } = step
  try {
    refuseUnstorable({ workflow: call.workflow, input: call.input }, 'the call')
    const target = await context.resolveCall(call.workflow, call.version)
    const runId = uuidv7()
    context.prepareChild({ id: runId, ...target, input: call.input, path, attempt })
    if (call.awaited) return waitInput(step, { kind: 'child', runId, timeoutMs: call.timeoutMs }, context)
    const output = { runId }
    const taken = await takenEdges(context.plan, node, undefined, context.scope, output)
    return await complete({ kind: 'completed', output, taken, response: undefined })
  } catch (error) {
    return failedInput(step, toStepError(error), context)
  }
}
