import { setTimeout as delay } from 'node:timers/promises'
import { ApiError } from '@millrace/sdk'
import { formatDuration } from '../console/duration.js'
import type { Terminal } from '../terminal.js'

const FIRST_MS = 500
const MAX_MS = 30_000
const TRIES = 20

/**
 * What `ask` gives, once the server answers: says that it waits, and goes on for about eight minutes. Other errors, and
 * the last one, come through; so does the abort of `signal`.
 */
export const whenReachable = async <T>(
  terminal: Terminal,
  signal: AbortSignal,
  ask: () => Promise<T>,
): Promise<T> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'UNAVAILABLE' || tries === TRIES) throw error
      const wait = Math.min(MAX_MS, FIRST_MS * 2 ** (tries - 1))
      sayWaiting(terminal, wait, error.message)
      await delay(wait, undefined, { signal })
    }
  }
}

export const sayWaiting = (terminal: Terminal, ms: number, reason: string): void => {
  terminal.err.write(`${reason}. Trying again in ${formatDuration(ms)}.\n`)
}
