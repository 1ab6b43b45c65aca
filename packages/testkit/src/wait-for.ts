import { setTimeout as delay } from 'node:timers/promises'
import { patience } from './patience/patience.js'

export interface WaitOptions {
  /** By the patient clock, which goes slower the more others want the processors. Default 10,000. */
  readonly timeoutMs?: number
  /** Names what is awaited, for the error. */
  readonly what: string
}

/**
 * Asks until the answer is neither undefined, null nor false, every 10 ms.
 * @throws Error naming `what` when the time is up.
 */
export const waitFor = async <T>(
  probe: () => T | Promise<T>,
  { timeoutMs = 10_000, what }: WaitOptions,
): Promise<Exclude<T, undefined | null | false>> => {
  let isOver = false
  const timer = patience.setTimeout(() => {
    isOver = true
  }, timeoutMs)
  try {
    for (;;) {
      const answer = await probe()
      if (answer !== undefined && answer !== null && answer !== false)
        return answer as Exclude<T, undefined | null | false>
      if (isOver) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`)
      await delay(10)
    }
  } finally {
    patience.clearTimeout(timer)
  }
}
