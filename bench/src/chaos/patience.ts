import { setTimeout as delay } from 'node:timers/promises'

/** Longest time a statement of our own may need to reach a database that we restart ourselves. Milliseconds. */
const LIMIT_MS = 120_000

/** Asks until there is an answer: the database under test may be away just now. */
export async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + LIMIT_MS
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (performance.now() > deadline) throw error
      await delay(100)
    }
  }
}
