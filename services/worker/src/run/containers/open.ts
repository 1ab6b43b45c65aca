import { ITEMS_PER_PAGE } from '@millrace/contracts'
import type { RunInput } from '@millrace/engine'
import type { ContainerWait } from '@millrace/nodes'
import { failedInput } from '../failed-input.js'
import type { OutcomeContext, StepRef } from '../outcome-context.js'
import { toStepError } from '../step-error.js'
import { payloadKey } from '../storable.js'
import { storeItems } from './item-pages.js'

/** A container's params are resolved: its items are made durable before the event that says how many there are. */
export async function containerInput(
  step: StepRef,
  wait: ContainerWait,
  context: OutcomeContext,
): Promise<RunInput> {
  const { path, attempt, node } = step
  if (wait.kind === 'iterations')
    return {
      kind: 'step_waits',
      path,
      attempt,
      wait: { kind: 'iteration', index: 0, max: wait.maxIterations },
    }
  const { items, concurrency, onItemError } = wait
  const isInstant = context.plan.instantBodies.has(node)
  const record = isInstant && items.length > ITEMS_PER_PAGE ? 'pages' : 'steps'
  try {
    const key = `${payloadKey(path, attempt, context.epoch)}/items`
    const stored = await storeItems(items, key, context.storePayload)
    const itemsWait = {
      kind: 'items' as const,
      count: items.length,
      concurrency,
      onItemError,
      record,
    } as const
    return { kind: 'step_waits', path, attempt, wait: itemsWait, ...stored }
  } catch (error) {
    return failedInput(step, toStepError(error), context)
  }
}
