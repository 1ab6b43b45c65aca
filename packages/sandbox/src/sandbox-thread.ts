import { existsSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { Worker } from 'node:worker_threads'
import { MillraceError } from '@millrace/contracts'
import { cpuMsOfThread } from './cpu-clock.js'
import type { LogLine, ThreadAnswer, ThreadMessage, ThreadRequest } from './protocol.js'

/** How much more than the script's own limit a thread may use before it is ended. Milliseconds. */
const WATCHDOG_SLACK_MS = 1_000
/** To start a thread and load QuickJS, on a busy machine. */
const START_MS = 30_000
/** A thread that gets no processor at all is ended after so many times its limit. */
const MOST_PATIENCE = 20

export interface ThreadEvents {
  /** The script has begun. */
  started(): void
  printed(lines: readonly LogLine[]): void
}

interface Running extends ThreadEvents {
  readonly limitMs: number
  startedAt: number
  cpuAtStart: number | undefined
  resolve(answer: ThreadAnswer): void
  reject(error: unknown): void
}

/**
 * One sandbox thread, seen from outside.
 * Owns: the worker and its watchdog. Does not own: which script comes next.
 * Invariants: at most one script runs; a promise of `run` settles even when the thread dies or falls silent; a
 * thread that failed is `dead` and never used again.
 */
export class SandboxThread {
  readonly #worker: Worker
  #dead = false
  #id: number | undefined
  #running: Running | undefined
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
  run(request: ThreadRequest, events: ThreadEvents): Promise<ThreadAnswer> {
    return new Promise((resolve, reject) => {
      const { started, printed } = events
      this.#running = {
        ...{ started, printed, resolve, reject, startedAt: performance.now(), cpuAtStart: undefined },
        limitMs: request.timeoutMs + WATCHDOG_SLACK_MS,
      }
      this.#watch(START_MS)
      this.#worker.postMessage(request)
    })
  }

  /** Ends the thread at once; its script, if any, is rejected with `reason`. */
  end(reason: unknown): Promise<unknown> {
    this.#dead = true
    clearTimeout(this.#watchdog)
    this.#running?.reject(reason)
    this.#running = undefined
    return this.#worker.terminate()
  }

  #heard(message: ThreadMessage): void {
    const running = this.#running
    if (running === undefined) return
    if (message.kind === 'printed') return running.printed(message.logs)
    if (message.kind === 'started') return this.#begin(running, message.thread)
    clearTimeout(this.#watchdog)
    this.#running = undefined
    if (message.logs.length > 0) running.printed(message.logs)
    running.resolve(message)
  }

  #begin(running: Running, id: number | undefined): void {
    this.#id = id
    running.startedAt = performance.now()
    running.cpuAtStart = id === undefined ? undefined : cpuMsOfThread(id)
    this.#watch(running.limitMs)
    running.started()
  }

  #watch(ms: number): void {
    clearTimeout(this.#watchdog)
    this.#watchdog = setTimeout(() => this.#bark(), ms)
  }

  /** Only what it has computed counts; the time that it waited for a processor is no fault of its own. */
  #bark(): void {
    const running = this.#running
    if (running === undefined) return
    const cpu = this.#id === undefined ? undefined : cpuMsOfThread(this.#id)
    const used = cpu === undefined || running.cpuAtStart === undefined ? undefined : cpu - running.cpuAtStart
    const left = used === undefined ? 0 : running.limitMs - used
    const patience = running.startedAt + running.limitMs * MOST_PATIENCE - performance.now()
    if (left > 0 && patience > 0) return this.#watch(Math.max(left, 10))
    void this.end(lost('it did not end when it was told to'))
  }
}

const lost = (reason: string): MillraceError =>
  new MillraceError('SCRIPT_LIMIT', `the script was stopped: ${reason}`)

/** Threads run built code, also when this module itself is run from its source. */
function threadEntry(): URL {
  const beside = new URL('./thread.js', import.meta.url)
  return existsSync(beside) ? beside : new URL('../dist/thread.js', import.meta.url)
}
