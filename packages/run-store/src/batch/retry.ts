import { setTimeout as delay } from 'node:timers/promises'
import { MillraceError } from '@millrace/contracts'
import { classifyFailure } from './failure.js'

const FIRST_DELAY_MS = 10
const MAX_DELAY_MS = 500

/**
 * Repeats `attempt` while the database is away, with growing delays. The attempt has to bear repetition: an earlier
 * one may have committed without our hearing of it (D6).
 * @param attempt gets the number of the try, from 1.
 * @throws MillraceError UNAVAILABLE once `signal` has fired or the pool is closed; any other error as it is.
 */
export const whileUnreachable = async <T>(
  attempt: (number: number) => Promise<T>,
  signal: AbortSignal,
): Promise<T> => {
  for (let number = 1; ; number += 1) {
    try {
      return await attempt(number)
    } catch (error) {
      const failure = classifyFailure(error)
      if (failure === 'closed' || (failure === 'transient' && signal.aborted)) throw unavailable(error)
      if (failure !== 'transient') throw error
      await pause(number, signal, error)
    }
  }
}

/**
 * Waits before try `number` + 1, longer each time.
 * @throws MillraceError UNAVAILABLE once `signal` has fired.
 */
export const pause = async (number: number, signal: AbortSignal, cause?: unknown): Promise<void> => {
  const ms = Math.min(FIRST_DELAY_MS * 2 ** (number - 1), MAX_DELAY_MS)
  try {
    await delay(ms, undefined, { signal })
  } catch {
    throw unavailable(cause)
  }
}

const unavailable = (cause: unknown): MillraceError =>
  new MillraceError('UNAVAILABLE', 'The database cannot be reached', { cause })
