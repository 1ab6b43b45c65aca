import { ERRORS, type ErrorCode, type StepError, stepErrorToJson } from '@millrace/contracts'
import type { RunInput } from './types.js'

/** Failures that the run machine finds itself; all others are reported to it. */
const fromCatalogue = (code: ErrorCode, message: string): StepError => {
  const { hint, retryable } = ERRORS[code]
  return { code, message, hint, retryable }
}

export const RUN_TIMED_OUT = fromCatalogue('RUN_TIMEOUT', 'the run took longer than its timeout')
type Left = Extract<RunInput, { kind: 'claimed' }>['left']

/** What has become of a worker, as far as its successor knows. */
const fateOf = (left: Left): string => {
  if (left === 'lost') return 'the worker was lost (its lease ran out)'
  return left === 'stopped' ? 'the worker stopped' : 'the worker was lost or stopped'
}

/** A try that its worker has left. `left`: how. */
export const workerLost = (left: Left): StepError =>
  fromCatalogue('WORKER_LOST', `${fateOf(left)} during the attempt`)
export const crashedStep = (left: Left): StepError =>
  fromCatalogue('CRASHED_STEP', `${fateOf(left)} during a step that must not run twice`)

/** What a container fails with when it has not come to its end in time. */
export const stepTimedOut = (path: string, timeoutMs: number | undefined): StepError =>
  fromCatalogue('STEP_TIMEOUT', `${path} took longer than its timeout of ${timeoutMs} ms`)

/** An error that was to be routed, but no error edge was taken. */
export const unrouted = (error: StepError): StepError => ({
  ...fromCatalogue('UNROUTED_ERROR', `no error edge was taken; ${error.code}: ${error.message}`),
  details: { error: stepErrorToJson(error) },
})

/** Steps whose errors a message gives at most. */
const NAMED_STEPS = 5

/** A run that could not undo all it had done. `failed`: the first of the failures. `error`: why it went back, where it failed. */
export function compensationFailed(
  failed: readonly { readonly path: string; readonly error: StepError }[],
  failures: number,
  error: StepError | null,
): StepError {
  const named = failed
    .slice(0, NAMED_STEPS)
    .map((step) => `${step.path}: ${step.error.code}: ${step.error.message}`)
  const rest = failures > NAMED_STEPS ? [`and ${failures - NAMED_STEPS} more`] : []
  const cause = error === null ? [] : [`the run had failed with ${error.code}: ${error.message}`]
  return {
    ...fromCatalogue('COMPENSATION_FAILED', [...named, ...rest, ...cause].join('; ')),
    details: {
      failed: failed.map(({ path }) => path),
      ...(error === null ? {} : { error: stepErrorToJson(error) }),
    },
  }
}

/** What a container fails with when an item or iteration has. */
export const itemFailed = (path: string, index: number, error: StepError): StepError => ({
  ...fromCatalogue('ITEM_FAILED', `${path}[${index}]: ${error.code}: ${error.message}`),
  details: { index, error: stepErrorToJson(error) },
})
