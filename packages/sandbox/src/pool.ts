import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { type Json, MillraceError } from '@millrace/contracts'
import type { ThreadAnswer, ThreadRequest } from './protocol.js'
import type { ScriptRequest, ScriptResult, ScriptRunner } from './types.js'

const DEFAULT_TIMEOUT_MS = 5_000
const DEFAULT_MEMORY_BYTES = 64 * 1024 * 1024
/** How much later than the script's own limit a silent thread is ended. Milliseconds. */
const WATCHDOG_SLACK_MS = 1_000

export interface ScriptRunnerOptions {
  /** Default: the processors less one, 1 to 4. */
  readonly maxThreads?: number
}

/**
 * Owns: the sandbox threads. Started when first needed, each runs one script at a time, and one that dies or falls
 * silent is replaced. Scripts beyond the threads wait in order.
 */
export function createScriptRunner(options: ScriptRunnerOptions = {}): ScriptRunner {
  return new ThreadPool(options.maxThreads ?? Math.max(1, Math.min(4, availableParallelism() - 1)))
}

interface Task {
  readonly request: ThreadRequest
  readonly signal: AbortSignal | undefined
  resolve(result: ScriptResult): void
  reject(error: unknown): void
}

class ThreadPool implements ScriptRunner {
  readonly #idle: Worker[] = []
  readonly #all = new Set<Worker>()
  readonly #queue: Task[] = []
  #nextId = 1
  #closed = false

  constructor(private readonly maxThreads: number) {}

  run({ code, globals, timeoutMs, memoryBytes, signal }: ScriptRequest): Promise<ScriptResult> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new MillraceError('SCRIPT_FAILED', 'the sandbox is closed'))
      if (signal?.aborted) return reject(signal.reason)
      const request = {
        id: this.#nextId++,
        code,
        globals: JSON.stringify(globals),
        timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS,
        memoryBytes: memoryBytes ?? DEFAULT_MEMORY_BYTES,
      }
      this.#queue.push({ request, signal, resolve, reject })
      this.#next()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const task of this.#queue.splice(0))
      task.reject(new MillraceError('SCRIPT_FAILED', 'the sandbox is closed'))
    await Promise.all([...this.#all].map((thread) => thread.terminate()))
  }

  #next(): void {
    while (this.#queue.length > 0) {
      const thread = this.#idle.pop() ?? this.#start()
      if (thread === undefined) return
      const task = this.#queue.shift()
      if (task === undefined) this.#idle.push(thread)
      else if (task.signal?.aborted) {
        task.reject(task.signal.reason)
        this.#idle.push(thread)
      } else this.#give(thread, task)
    }
  }

  #start(): Worker | undefined {
    if (this.#closed || this.#all.size >= this.maxThreads) return undefined
    const thread = new Worker(threadEntry(), { resourceLimits: { maxOldGenerationSizeMb: 128 } })
    thread.unref()
    this.#all.add(thread)
    thread.once('exit', () => this.#all.delete(thread))
    return thread
  }

  #give(thread: Worker, task: Task): void {
    const settle = (act: () => void, alive: boolean) => {
      clearTimeout(watchdog)
      task.signal?.removeEventListener('abort', abort)
      thread.off('message', answered).off('error', died).off('exit', exited)
      act()
      if (alive) this.#idle.push(thread)
      else {
        this.#all.delete(thread)
        void thread.terminate()
      }
      this.#next()
    }
    const answered = (answer: ThreadAnswer) => settle(() => deliver(task, answer), true)
    const died = (error: unknown) => settle(() => task.reject(lost(error)), false)
    const exited = () => settle(() => task.reject(lost('its thread ended')), false)
    const abort = () => settle(() => task.reject(task.signal?.reason), false)
    const watchdog = setTimeout(() => {
      settle(
        () => task.reject(new MillraceError('SCRIPT_LIMIT', 'the script did not stop when it was told to')),
        false,
      )
    }, task.request.timeoutMs + WATCHDOG_SLACK_MS)
    task.signal?.addEventListener('abort', abort, { once: true })
    thread.on('message', answered).on('error', died).on('exit', exited)
    thread.postMessage(task.request)
  }
}

function deliver(task: Task, answer: ThreadAnswer): void {
  if (answer.kind === 'value') {
    const value = answer.value === undefined ? undefined : (JSON.parse(answer.value) as Json)
    return task.resolve({ value, logs: answer.logs })
  }
  task.reject(
    new MillraceError(answer.kind === 'limit' ? 'SCRIPT_LIMIT' : 'SCRIPT_FAILED', answer.message, {
      details: { retryable: false },
    }),
  )
}

const lost = (reason: unknown): MillraceError =>
  new MillraceError(
    'SCRIPT_LIMIT',
    `the script was stopped: ${reason instanceof Error ? reason.message : String(reason)}`,
  )

/** Threads run built code, also when this module itself is run from its source. */
function threadEntry(): URL {
  const beside = new URL('./thread.js', import.meta.url)
  return existsSync(beside) ? beside : new URL('../dist/thread.js', import.meta.url)
}
