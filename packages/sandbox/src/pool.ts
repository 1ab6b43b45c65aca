import { availableParallelism } from 'node:os'
import { type Json, MillraceError, parseJson } from '@millrace/contracts'
import { encodeGlobals } from './globals.js'
import type { ThreadAnswer, ThreadRequest } from './protocol.js'
import { SandboxThread } from './sandbox-thread.js'
import { ScriptQueue } from './script-queue.js'
import type { ScriptRequest, ScriptRunner } from './types.js'

const DEFAULT_TIMEOUT_MS = 5_000
const DEFAULT_MEMORY_BYTES = 64 * 1024 * 1024

export interface ScriptRunnerOptions {
  /** Default: as many as processors, 2 to 4. */
  readonly threads?: number
}

export function createScriptRunner(options: ScriptRunnerOptions = {}): ScriptRunner {
  return new ThreadPool(options.threads ?? Math.min(4, Math.max(2, availableParallelism())))
}

interface Task {
  readonly request: ThreadRequest
  readonly caller: ScriptRequest
  resolve(value: Json | undefined): void
  reject(error: unknown): void
  /** Its listener for an abort, while it waits. */
  leave(): void
}

/**
 * Owns: the sandbox threads. Started when first needed, each runs one script at a time, and one that dies or falls
 * silent is replaced.
 *
 * 1. Whoever runs fewest comes next, and of those whoever has waited longest.
 * 2. One owner has all threads but one at most.
 * 3. Who has nothing running gets a thread beyond the number when all are taken, up to twice as many: endless scripts of
 *    some delay nobody else's, they only share the processors.
 */
class ThreadPool implements ScriptRunner {
  readonly #idle: SandboxThread[] = []
  readonly #all = new Set<SandboxThread>()
  readonly #queue = new ScriptQueue<Task>()
  readonly #share: number
  #closed = false

  constructor(private readonly threads: number) {
    this.#share = Math.max(1, threads - 1)
  }

  run(caller: ScriptRequest): Promise<Json | undefined> {
    const { owner, code, globals, timeoutMs, memoryBytes, signal } = caller
    const request = {
      ...{ owner, code, globals: encodeGlobals(globals) },
      timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS,
      memoryBytes: memoryBytes ?? DEFAULT_MEMORY_BYTES,
    }
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(closed())
      if (signal?.aborted) return reject(signal.reason)
      const task: Task = {
        ...{ request, caller, resolve, reject },
        leave: () => {
          this.#queue.remove(owner, task)
          reject(signal?.reason)
        },
      }
      signal?.addEventListener('abort', task.leave, { once: true })
      this.#queue.add(owner, task)
      this.#next()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const task of this.#queue.clear()) task.reject(closed())
    await Promise.all([...this.#all].map((thread) => thread.end(closed())))
  }

  #next(): void {
    for (let next = this.#queue.peek(); next !== undefined; next = this.#queue.peek()) {
      if (next.running >= this.#share) return
      const thread = this.#threadFor(next.running === 0 ? this.threads * 2 : this.threads)
      if (thread === undefined) return
      void this.#perform(thread, this.#queue.take(next.owner)).then(() => this.#next())
    }
  }

  #threadFor(most: number): SandboxThread | undefined {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (!idle.dead) return idle
      this.#all.delete(idle)
    }
    if (this.#closed || this.#all.size >= most) return undefined
    const thread = new SandboxThread()
    this.#all.add(thread)
    return thread
  }

  async #perform(thread: SandboxThread, task: Task): Promise<void> {
    const { signal, started, log } = task.caller
    const abort = () => void thread.end(signal?.reason)
    signal?.removeEventListener('abort', task.leave)
    signal?.addEventListener('abort', abort, { once: true })
    try {
      const answer = await thread.run(task.request, {
        started: () => started?.(),
        printed: (lines) => lines.forEach((line) => void log?.(line)),
      })
      task.resolve(resultOf(answer))
    } catch (error) {
      task.reject(error)
    }
    signal?.removeEventListener('abort', abort)
    this.#queue.ended(task.request.owner)
    this.#release(thread)
  }

  #release(thread: SandboxThread): void {
    if (!thread.dead && this.#all.size <= this.threads) return void this.#idle.push(thread)
    this.#all.delete(thread)
    if (!thread.dead) void thread.end(closed())
  }
}

function resultOf(answer: ThreadAnswer): Json | undefined {
  if (answer.kind === 'value') return answer.value === undefined ? undefined : parseJson(answer.value)
  throw new MillraceError(answer.kind === 'limit' ? 'SCRIPT_LIMIT' : 'SCRIPT_FAILED', answer.message)
}

const closed = (): MillraceError => new MillraceError('SCRIPT_FAILED', 'the sandbox is closed')
