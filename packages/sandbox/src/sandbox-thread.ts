import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { MillraceError } from '@millrace/contracts'
import type { ThreadAnswer, ThreadMessage, ThreadRequest } from './protocol.js'

/** How much later than the script's own limit a silent thread is ended. Milliseconds. */
const WATCHDOG_SLACK_MS = 1_000
/** To start a thread and load QuickJS, on a busy machine. */
const START_MS = 30_000

/**
 * One sandbox thread, seen from outside.
 * Owns: the worker and its watchdog. Does not own: which script comes next.
 * Invariants: at most one script runs; a promise of `run` settles even when the thread dies or falls silent; a
 * thread that failed is `dead` and never used again.
 */
export class SandboxThread {
  readonly #worker: Worker
  #dead = false
  #timeoutMs = 0
  #settle: { resolve(answer: ThreadAnswer): void; reject(error: unknown): void } | undefined
  #watchdog: NodeJS.Timeout | undefined

  constructor() {
    this.#worker = new Worker(threadEntry(), { resourceLimits: { maxOldGenerationSizeMb: 128 } })
    this.#worker.unref()
    this.#worker.on('message', (message: ThreadMessage) => this.#heard(message))
    this.#worker.on('error', (error) => this.end(lost(error.message)))
    this.#worker.on('exit', () => this.end(lost('its thread ended')))
  }

  get dead(): boolean {
    return this.#dead
  }

  /** Throws MillraceError SCRIPT_LIMIT when the thread is lost, or what `end` was given. */
  run(request: ThreadRequest): Promise<ThreadAnswer> {
    return new Promise((resolve, reject) => {
      this.#timeoutMs = request.timeoutMs
      this.#settle = { resolve, reject }
      this.#watch(START_MS)
      this.#worker.postMessage(request)
    })
  }

  /** Ends the thread at once; its script, if any, is rejected with `reason`. */
  end(reason: unknown): Promise<unknown> {
    this.#dead = true
    clearTimeout(this.#watchdog)
    this.#settle?.reject(reason)
    this.#settle = undefined
    return this.#worker.terminate()
  }

  #heard(message: ThreadMessage): void {
    if (message.kind === 'started') return this.#watch(this.#timeoutMs + WATCHDOG_SLACK_MS)
    clearTimeout(this.#watchdog)
    this.#settle?.resolve(message)
    this.#settle = undefined
  }

  #watch(ms: number): void {
    clearTimeout(this.#watchdog)
    this.#watchdog = setTimeout(() => void this.end(lost('it did not end when it was told to')), ms)
  }
}

const lost = (reason: string): MillraceError =>
  new MillraceError('SCRIPT_LIMIT', `the script was stopped: ${reason}`, { details: { retryable: false } })

/** Threads run built code, also when this module itself is run from its source. */
function threadEntry(): URL {
  const beside = new URL('./thread.js', import.meta.url)
  return existsSync(beside) ? beside : new URL('../dist/thread.js', import.meta.url)
}
