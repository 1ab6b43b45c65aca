import type { Json } from '@millrace/contracts'
import { type RunInput, type RunState, stepView } from '@millrace/engine'
import type { InboxItem } from '@millrace/run-store'
import type { OutcomeContext } from './outcome-context.js'
import { outcomeInput } from './outcome-input.js'
import { toStepError } from './step-error.js'
import { type StepOutcome, takenEdges } from './step-executor.js'

type Resolved = Extract<InboxItem, { kind: 'wait_resolved' }>

/** The end of a wait as the end of its step; undefined when the step no longer waits for it. */
export async function resolvedInput(
  { path, attempt, result }: Resolved,
  state: RunState,
  context: OutcomeContext,
): Promise<RunInput | undefined> {
  const node = context.plan.graph.nodeAt(path)
  const step = stepView(state, path)
  if (node === undefined || step?.status !== 'waiting' || step.attempt !== attempt) return undefined
  const outcome: StepOutcome =
    result.kind === 'failed'
      ? { kind: 'errored', error: result.error }
      : await completed(node, result.output, result.ports, context)
  return outcomeInput({ path, attempt, node }, outcome, context)
}

async function completed(
  node: number,
  output: Json | undefined,
  ports: readonly string[] | undefined,
  { plan, scope }: OutcomeContext,
): Promise<StepOutcome> {
  try {
    const taken = await takenEdges(plan, node, ports, scope, output)
    return { kind: 'completed', output, taken, response: undefined }
  } catch (error) {
    return { kind: 'errored', error: toStepError(error) }
  }
}
