import { setTimeout as delay } from 'node:timers/promises'

export interface WaitOptions {
  /** Default 10,000. */
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
  options: WaitOptions,
): Promise<Exclude<T, undefined | null | false>> => {
  const timeoutMs = options.timeoutMs ?? 10_000
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const answer = await probe()
    if (answer !== undefined && answer !== null && answer !== false)
      return answer as Exclude<T, undefined | null | false>
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain for ${options.what}`)
    await delay(10)
  }
}
