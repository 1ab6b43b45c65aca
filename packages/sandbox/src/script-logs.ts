import { performance } from 'node:perf_hooks'
import type { LogLine } from './protocol.js'

const MAX_LINES = 1_000
const MAX_CHARACTERS = 10_000
const CUT = '… (cut)'
/** How long a line may wait for company, once its script goes on computing. Milliseconds. */
const HOLD_MS = 10

/**
 * What one script has printed and nobody has been told. It goes out with the answer; of a script that goes on and on it
 * goes ahead, so that nothing is lost when its thread is ended.
 */
export class ScriptLogs {
  #lines: LogLine[] = []
  #taken = 0
  #since = 0

  add(line: LogLine): void {
    const count = this.#taken + this.#lines.length
    if (count > MAX_LINES) return
    if (this.#lines.length === 0) this.#since = performance.now()
    this.#lines.push(count === MAX_LINES ? ENOUGH : { ...line, message: cut(line.message) })
  }

  /** Lines that have waited long enough; none most of the time. */
  overdue(): readonly LogLine[] {
    return this.#lines.length > 0 && performance.now() - this.#since > HOLD_MS ? this.take() : []
  }

  take(): readonly LogLine[] {
    const lines = this.#lines
    this.#taken += lines.length
    this.#lines = []
    return lines
  }
}

const ENOUGH: LogLine = { level: 'warn', message: `… more than ${MAX_LINES} lines: the rest is not kept` }

const cut = (message: string): string =>
  message.length > MAX_CHARACTERS ? message.slice(0, MAX_CHARACTERS - CUT.length) + CUT : message
