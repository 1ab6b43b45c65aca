/**
 * A background loop: one pass after another, with a pause that each pass chooses.
 *
 * 1. Passes of one loop never overlap; `runOnce` during a pass joins it.
 * 2. A pass that fails is reported and tried again after the longest pause; it never ends the loop.
 * 3. `stop` resolves when the pass in hand has ended, and none begins after it.
 */

export interface Pass {
  /** Does what is due; returns how many milliseconds may go by until the next look, if fewer than the loop's. */
  runOnce(): Promise<number | undefined>
}

export interface LoopOptions {
  readonly name: string
  /** The longest pause between two passes, milliseconds. */
  readonly maxPauseMs: number
  readonly onError: (error: unknown, loop: string) => void
}

export class Loop {
  readonly #pass: Pass
  readonly #options: LoopOptions
  #timer: NodeJS.Timeout | undefined
  #running: Promise<number | undefined> | undefined
  #stopped = true

  constructor(pass: Pass, options: LoopOptions) {
    if (!(options.maxPauseMs >= 1)) throw new RangeError(`${options.name}: maxPauseMs must be at least 1`)
    this.#pass = pass
    this.#options = options
  }

  start(): void {
    if (!this.#stopped) return
    this.#stopped = false
    this.#schedule(0)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#running?.catch(() => undefined)
  }

  /** One pass, at once. @throws what the pass throws. */
  runOnce(): Promise<number | undefined> {
    this.#running ??= this.#pass.runOnce().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  #schedule(delayMs: number): void {
    if (this.#stopped) return
    this.#timer = setTimeout(() => void this.#turn(), delayMs)
  }

  async #turn(): Promise<void> {
    const { maxPauseMs, name, onError } = this.#options
    let pause: number | undefined
    try {
      pause = await this.runOnce()
    } catch (error) {
      onError(error, name)
    }
    this.#schedule(Math.max(0, Math.min(pause ?? maxPauseMs, maxPauseMs)))
  }
}
