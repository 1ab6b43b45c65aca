import { MillraceError, parseJson, type StepError, stringifyJson } from '@millrace/contracts'
import { storableJson, storableText } from './storable.js'

/** Characters of a message: it goes into the step, the run and every list that shows them. */
const MAX_MESSAGE = 16_384
const CUT = '… (cut)'

const messageOf = (text: string): string =>
  storableText(text.length > MAX_MESSAGE ? text.slice(0, MAX_MESSAGE - CUT.length) + CUT : text)

/** What an exception becomes in a run's events: a stable code, a message, a hint; never a stack. */
export function toStepError(error: unknown): StepError {
  if (error instanceof MillraceError) {
    const { retryAfterMs, details } = error.extras
    return {
      code: error.code,
      message: messageOf(error.message),
      hint: error.hint,
      retryable: isRetryable(error),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(details === undefined ? {} : { details: storableJson(parseJson(stringifyJson(details))) }),
    }
  }
  const message = messageOf(error instanceof Error ? error.message : String(error))
  return { code: 'NODE_FAILED', message, hint: 'See the message.', retryable: true }
}

/** A node may know better than the catalogue: a 404 is an HTTP_STATUS that no retry mends. */
function isRetryable(error: MillraceError): boolean {
  const told = error.extras.details?.['retryable']
  return typeof told === 'boolean' ? told : error.retryable
}
