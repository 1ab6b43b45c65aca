import { availableParallelism } from 'node:os'
import { MillraceError, parseJson } from '@millrace/contracts'
import { encodeGlobals } from './globals.js'
import type { ThreadAnswer, ThreadRequest } from './protocol.js'
import { SandboxThread } from './sandbox-thread.js'
import type { ScriptRequest, ScriptResult, ScriptRunner } from './types.js'

const DEFAULT_TIMEOUT_MS = 5_000
const DEFAULT_MEMORY_BYTES = 64 * 1024 * 1024

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
  /** Its listener for an abort, while it waits. */
  leave(): void
}

class ThreadPool implements ScriptRunner {
  readonly #idle: SandboxThread[] = []
  readonly #all = new Set<SandboxThread>()
  readonly #queue = new Set<Task>()
  #nextId = 1
  #closed = false

  constructor(private readonly maxThreads: number) {}

  run({ code, globals, timeoutMs, memoryBytes, signal }: ScriptRequest): Promise<ScriptResult> {
    const request = {
      id: this.#nextId++,
      code,
      globals: encodeGlobals(globals),
      timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS,
      memoryBytes: memoryBytes ?? DEFAULT_MEMORY_BYTES,
    }
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(closed())
      if (signal?.aborted) return reject(signal.reason)
      const task: Task = {
        request,
        signal,
        resolve,
        reject,
        leave: () => {
          this.#queue.delete(task)
          reject(signal?.reason)
        },
      }
      signal?.addEventListener('abort', task.leave, { once: true })
      this.#queue.add(task)
      this.#next()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const task of this.#queue) task.reject(closed())
    this.#queue.clear()
    await Promise.all([...this.#all].map((thread) => thread.end(closed())))
  }

  #next(): void {
    for (const task of this.#queue) {
      const thread = this.#idleThread()
      if (thread === undefined) return
      this.#queue.delete(task)
      void this.#perform(thread, task).then(() => this.#next())
    }
  }

  #idleThread(): SandboxThread | undefined {
    const idle = this.#idle.pop()
    if (idle !== undefined && !idle.dead) return idle
    if (idle !== undefined) this.#all.delete(idle)
    if (this.#closed || this.#all.size >= this.maxThreads) return undefined
    const thread = new SandboxThread()
    this.#all.add(thread)
    return thread
  }

  async #perform(thread: SandboxThread, task: Task): Promise<void> {
    const abort = () => void thread.end(task.signal?.reason)
    task.signal?.removeEventListener('abort', task.leave)
    task.signal?.addEventListener('abort', abort, { once: true })
    try {
      task.resolve(toResult(await thread.run(task.request)))
    } catch (error) {
      task.reject(error)
    }
    task.signal?.removeEventListener('abort', abort)
    if (thread.dead) this.#all.delete(thread)
    else this.#idle.push(thread)
  }
}

function toResult(answer: ThreadAnswer): ScriptResult {
  if (answer.kind !== 'value')
    throw new MillraceError(answer.kind === 'limit' ? 'SCRIPT_LIMIT' : 'SCRIPT_FAILED', answer.message)
  const value = answer.value === undefined ? undefined : parseJson(answer.value)
  return { value, logs: answer.logs }
}

const closed = (): MillraceError => new MillraceError('SCRIPT_FAILED', 'the sandbox is closed')
