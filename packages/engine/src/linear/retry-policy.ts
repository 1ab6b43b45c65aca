import type { DefinitionInput } from '@millrace/contracts'
import type { LinearRetry } from './linear-form.js'

type RetryInput = NonNullable<DefinitionInput['nodes'][number]['retry']>

const BACKOFFS: ReadonlyMap<string, NonNullable<RetryInput['backoff']>> = new Map([
  ['fixed', 'fixed'],
  ['constant', 'fixed'],
  ['linear', 'linear'],
])

/** What is left out keeps our default. `maxRetries` does not count the first try. */
export function toRetry(policy: LinearRetry): RetryInput {
  const { maxAttempts, maxRetries, maxDelayMs } = policy
  const kind = policy.backoff ?? policy.strategy
  const delayMs = policy.delayMs ?? policy.initialDelayMs ?? policy.delay
  const attempts = maxAttempts ?? (maxRetries === undefined ? undefined : maxRetries + 1)
  return {
    ...(attempts === undefined ? {} : { maxAttempts: attempts }),
    ...(kind === undefined ? {} : { backoff: BACKOFFS.get(kind) ?? 'exponential' }),
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(maxDelayMs === undefined ? {} : { maxDelayMs }),
  }
}
