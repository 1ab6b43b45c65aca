import { existsSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { Worker } from 'node:worker_threads'
import { MillraceError } from '@millrace/contracts'
import { cpuMsOfThread } from './cpu-clock.js'
import {
  type LogLine,
  SENT,
  SLOTS,
  type Slots,
  type ThreadAnswer,
  type ThreadMessage,
  type ThreadRequest,
  WITHDRAWN,
} from './protocol.js'

/** How much more than the script's own limit a thread may use before it is ended. Milliseconds. */
const WATCHDOG_SLACK_MS = 1_000
/** To start a thread and load QuickJS, on a busy machine. */
const START_MS = 30_000
/** A thread that gets no processor at all is ended after so many times its limit. */
const MOST_PATIENCE = 20

/** A script as its thread has it. */
export interface ThreadTask {
  readonly request: Omit<ThreadRequest, 'slot'>
  /** The script has begun. */
  started(): void
  printed(lines: readonly LogLine[]): void
  answered(answer: ThreadAnswer): void
  /** Its thread was ended while it ran. */
  lost(reason: unknown): void
  /** Its thread was ended before it began: it may go to another. */
  withdrawn(): void
}

interface Sent {
  readonly task: ThreadTask
  readonly slot: number
  /** It was told to stop when it had begun, and those before it were not known to have ended. */
  aborted: { readonly reason: unknown } | undefined
}

/**
 * One sandbox thread, seen from outside.
 * Owns: the worker, its watchdog, and a short line of scripts sent ahead, so that the thread need not be woken for each.
 * Does not own: which script comes next.
 * Invariants: one script runs, the first of the line; each hears exactly one of `answered`, `lost` and `withdrawn`, also
 * when the thread dies or falls silent; a thread that failed is `dead` and never used again.
 */
export class SandboxThread {
  readonly #worker: Worker
  readonly #slots: Slots = new Int32Array(new SharedArrayBuffer(SLOTS * Int32Array.BYTES_PER_ELEMENT))
  readonly #line: Sent[] = []
  #sent = 0
  #dead = false
  /** The kernel's; undefined where that tells none. */
  #id: number | undefined | 'unknown' = 'unknown'
  #startedAt = 0
  /** Read when the watchdog first barks: most scripts have ended long before. Milliseconds. */
  #cpuAtBark: number | undefined
  #watchdog: NodeJS.Timeout | undefined

  constructor() {
    this.#worker = new Worker(threadEntry(), {
      workerData: this.#slots,
      resourceLimits: { maxOldGenerationSizeMb: 128 },
    })
    this.#worker.unref()
    this.#worker.on('message', (message: ThreadMessage) => this.#heard(message))
    this.#worker.on('error', (error) => this.end(lost(error.message)))
    this.#worker.on('exit', () => this.end(lost('its thread ended')))
  }

  get dead(): boolean {
    return this.#dead
  }

  /** Whose scripts it has; undefined while it is idle. */
  get owner(): string | undefined {
    return this.#line[0]?.task.request.owner
  }

  get length(): number {
    return this.#line.length
  }

  /** How long its script has been running. Milliseconds; 0 while it is idle or starting. */
  get busyMs(): number {
    return this.#line.length === 0 || this.#id === 'unknown' ? 0 : performance.now() - this.#startedAt
  }

  send(task: ThreadTask): void {
    const slot = this.#sent++ % SLOTS
    Atomics.store(this.#slots, slot, SENT)
    const sent: Sent = { task, slot, aborted: undefined }
    this.#line.push(sent)
    this.#worker.postMessage({ ...task.request, slot } satisfies ThreadRequest)
    if (this.#line.length > 1) return
    if (this.#id === 'unknown') this.#watch(START_MS)
    else this.#begin(sent)
  }

  /** Takes back what has not begun. */
  withdraw(): void {
    for (const sent of this.#line.splice(1))
      if (this.#takeBack(sent)) sent.task.withdrawn()
      // Its answer is on its way.
      else this.#line.push(sent)
  }

  /** Takes one back, or ends the thread where that script has begun; `reason` is why. */
  abort(task: ThreadTask, reason: unknown): void {
    const at = this.#line.findIndex((sent) => sent.task === task)
    const sent = this.#line[at]
    if (sent === undefined) return
    if (at === 0) return void this.end(reason)
    if (!this.#takeBack(sent)) {
      sent.aborted = { reason }
      return
    }
    this.#line.splice(at, 1)
    task.lost(reason)
  }

  #takeBack({ slot }: Sent): boolean {
    return Atomics.compareExchange(this.#slots, slot, SENT, WITHDRAWN) === SENT
  }

  /** Ends the thread at once; the script that runs is lost for `reason`. */
  end(reason: unknown): Promise<unknown> {
    this.#dead = true
    clearTimeout(this.#watchdog)
    const [running, ...waiting] = this.#line.splice(0)
    running?.task.lost(reason)
    for (const { task } of waiting) task.withdrawn()
    return this.#worker.terminate()
  }

  #heard(message: ThreadMessage): void {
    const head = this.#line[0]
    if (head === undefined) return
    const { task } = head
    if (message.kind === 'printed') return task.printed(message.logs)
    if (message.kind === 'loaded') {
      const isFirst = this.#id === 'unknown'
      this.#id = message.thread
      return isFirst ? this.#begin(head) : this.#watch(limitOf(task))
    }
    clearTimeout(this.#watchdog)
    this.#line.shift()
    const next = this.#line[0]
    if (message.logs.length > 0) task.printed(message.logs)
    if (next !== undefined) this.#begin(next)
    task.answered(message)
  }

  #begin({ task, aborted }: Sent): void {
    if (aborted !== undefined) return void this.end(aborted.reason)
    this.#startedAt = performance.now()
    this.#cpuAtBark = undefined
    this.#watch(limitOf(task))
    task.started()
  }

  #watch(ms: number): void {
    clearTimeout(this.#watchdog)
    this.#watchdog = setTimeout(() => this.#bark(), ms)
  }

  /**
   * Only what it computes counts; the time that it waits for a processor is no fault of its own. What it has computed
   * before the first bark is not known, so it may use its limit once more.
   */
  #bark(): void {
    const task = this.#line[0]?.task
    if (task === undefined) return
    const limitMs = limitOf(task)
    const cpu = typeof this.#id === 'number' ? cpuMsOfThread(this.#id) : undefined
    const patience = this.#startedAt + limitMs * MOST_PATIENCE - performance.now()
    if (cpu !== undefined && patience > 0) {
      this.#cpuAtBark ??= cpu
      const left = limitMs - (cpu - this.#cpuAtBark)
      if (left > 0) return this.#watch(Math.max(left, 10))
    }
    void this.end(lost('it did not end when it was told to'))
  }
}

const limitOf = ({ request }: ThreadTask): number => request.timeoutMs + WATCHDOG_SLACK_MS

const lost = (reason: string): MillraceError =>
  new MillraceError('SCRIPT_LIMIT', `the script was stopped: ${reason}`)

/** Threads run built code, also when this module itself is run from its source. */
function threadEntry(): URL {
  const beside = new URL('./thread.js', import.meta.url)
  return existsSync(beside) ? beside : new URL('../dist/thread.js', import.meta.url)
}
