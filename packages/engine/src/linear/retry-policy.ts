import type { DefinitionInput } from '@millrace/contracts'
import type { LinearRetry } from './linear-form.js'

type RetryInput = NonNullable<DefinitionInput['nodes'][number]['retry']>

type Backoff = NonNullable<RetryInput['backoff']>

const BACKOFFS: Readonly<Record<NonNullable<LinearRetry['backoff']>, Backoff>> = {
  fixed: 'fixed',
  constant: 'fixed',
  linear: 'linear',
  exponential: 'exponential',
  'exponential-jitter': 'exponential',
}

/**
 * What is left out keeps our default, but for jitter: whoever writes a delay in this form means that delay.
 * `maxRetries` does not count the first try.
 */
export function toRetry(policy: LinearRetry): RetryInput {
  const { maxAttempts, maxRetries, maxDelayMs } = policy
  const backoff = backoffOf(policy)
  const delayMs = policy.delayMs ?? policy.initialDelayMs ?? policy.delay
  const attempts = maxAttempts ?? (maxRetries === undefined ? undefined : maxRetries + 1)
  return {
    ...(attempts === undefined ? {} : { maxAttempts: attempts }),
    ...(backoff === undefined ? {} : { backoff }),
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(maxDelayMs === undefined ? {} : { maxDelayMs }),
    jitter: jitterOf(policy),
  }
}

function backoffOf({ backoff, strategy, backoffMultiplier }: LinearRetry): Backoff | undefined {
  const kind = backoff ?? strategy
  if (kind !== undefined) return BACKOFFS[kind]
  if (backoffMultiplier === undefined) return undefined
  return backoffMultiplier === 1 ? 'fixed' : 'exponential'
}

function jitterOf({ jitter, backoff, strategy }: LinearRetry): NonNullable<RetryInput['jitter']> {
  if (typeof jitter === 'string') return jitter
  const asked = jitter ?? (backoff ?? strategy) === 'exponential-jitter'
  return asked ? 'full' : 'none'
}
