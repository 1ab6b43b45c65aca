import type { RetryPolicy, StepError } from '@millrace/contracts'

/** A server may ask for more patience than the policy has, but not for ever. */
const RETRY_AFTER_FACTOR = 10

/** Milliseconds until try `failures + 1`. `random` in [0, 1) is the jitter. */
export function nextRetryDelay(
  policy: RetryPolicy,
  failures: number,
  random: number,
  retryAfterMs = 0,
): number {
  const delay = jitter(policy, Math.min(backoff(policy, failures), policy.maxDelayMs), random)
  const asked = Math.min(retryAfterMs, policy.maxDelayMs * RETRY_AFTER_FACTOR)
  return Math.round(Math.max(delay, asked))
}

function backoff({ backoff: kind, delayMs }: RetryPolicy, failures: number): number {
  if (kind === 'fixed') return delayMs
  return kind === 'linear' ? delayMs * failures : delayMs * 2 ** (failures - 1)
}

function jitter({ jitter: kind }: RetryPolicy, delay: number, random: number): number {
  if (kind === 'none') return delay
  return kind === 'full' ? delay * random : delay / 2 + (delay / 2) * random
}

/** Whether an error leaves another try. `failures` counts this one. */
export function mayRetry(
  policy: RetryPolicy | undefined,
  error: StepError,
  failures: number,
): policy is RetryPolicy {
  return policy !== undefined && error.retryable !== false && failures < policy.maxAttempts
}
