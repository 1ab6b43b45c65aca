import { availableParallelism } from 'node:os'
import { type Json, MillraceError, parseJson } from '@millrace/contracts'
import { encodeGlobals } from './globals.js'
import type { LogLine, ThreadAnswer } from './protocol.js'
import { SandboxThread, type ThreadTask } from './sandbox-thread.js'
import { ScriptQueue } from './script-queue.js'
import type { ScriptRequest, ScriptRunner } from './types.js'

/** Scripts in a thread's line, the one that runs among them. */
const AHEAD = 8
/** A script that takes longer is not one to wait behind. Milliseconds. */
const SWIFT_MS = 20
const DEFAULT_TIMEOUT_MS = 5_000
const DEFAULT_MEMORY_BYTES = 64 * 1024 * 1024

export interface ScriptRunnerOptions {
  /** Default: as many as processors, 2 to 4. */
  readonly threads?: number
}

export function createScriptRunner(options: ScriptRunnerOptions = {}): ScriptRunner {
  return new ThreadPool(options.threads ?? Math.min(4, Math.max(2, availableParallelism())))
}

/** A script's place: in the queue, or in the line of a thread. */
class Task implements ThreadTask {
  /** Where it is sent; undefined while it waits in the queue. */
  thread: SandboxThread | undefined

  constructor(
    readonly request: ThreadTask['request'],
    private readonly caller: ScriptRequest,
    private readonly pool: { leave(task: Task): void; left(task: Task): void; back(task: Task): void },
    private readonly settle: { resolve(value: Json | undefined): void; reject(error: unknown): void },
  ) {
    caller.signal?.addEventListener('abort', this.#abort)
  }

  started(): void {
    this.caller.started?.()
  }

  printed(lines: readonly LogLine[]): void {
    for (const line of lines) this.caller.log?.(line)
  }

  answered(answer: ThreadAnswer): void {
    this.#end()
    try {
      this.settle.resolve(resultOf(answer))
    } catch (error) {
      this.settle.reject(error)
    }
    this.pool.left(this)
  }

  lost(reason: unknown): void {
    this.#end()
    this.settle.reject(reason)
    this.pool.left(this)
  }

  withdrawn(): void {
    this.pool.back(this)
  }

  /** It will never run. */
  refuse(reason: unknown): void {
    this.#end()
    this.settle.reject(reason)
  }

  readonly #abort = (): void => {
    const reason: unknown = this.caller.signal?.reason
    if (this.thread !== undefined) return this.thread.abort(this, reason)
    this.pool.leave(this)
    this.refuse(reason)
  }

  #end(): void {
    this.caller.signal?.removeEventListener('abort', this.#abort)
  }
}

/**
 * Owns: the sandbox threads. Started when first needed, each runs one script at a time, and one that dies or falls
 * silent is replaced.
 *
 * 1. Whoever has fewest threads comes next, and of those whoever has waited longest.
 * 2. One owner has all threads but one at most.
 * 3. Who has none gets a thread beyond the number when all are taken, up to twice as many: endless scripts of some delay
 *    nobody else's, they only share the processors.
 * 4. A thread is sent a few more scripts of its owner's ahead; when one of them takes its time, the rest come back.
 */
class ThreadPool implements ScriptRunner {
  readonly #idle: SandboxThread[] = []
  readonly #all = new Set<SandboxThread>()
  readonly #queue = new ScriptQueue<Task>()
  readonly #share: number
  #patrol: NodeJS.Timeout | undefined
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
      this.#queue.add(owner, new Task(request, caller, this.#places, { resolve, reject }))
      this.#next()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#patrol)
    await Promise.all([...this.#all].map((thread) => thread.end(closed())))
    for (const task of this.#queue.clear()) task.refuse(closed())
  }

  readonly #places = {
    leave: (task: Task) => this.#queue.remove(task.request.owner, task),
    left: (task: Task) => {
      this.#release(task)
      this.#next()
    },
    back: (task: Task) => {
      const { thread } = task
      task.thread = undefined
      this.#queue.addFirst(task.request.owner, task)
      // Those of a thread that is gone need another.
      if (thread?.dead) queueMicrotask(() => this.#next())
    },
  }

  #next(): void {
    if (this.#closed) return
    for (let next = this.#queue.peek(); next !== undefined; next = this.#queue.peek()) {
      const thread =
        next.running < this.#share
          ? this.#threadFor(next.running === 0 ? this.threads * 2 : this.threads)
          : undefined
      if (thread === undefined) break
      this.#queue.occupied(next.owner)
      this.#send(thread, next.owner)
    }
    for (const thread of this.#all) this.#sendAhead(thread)
  }

  #sendAhead(thread: SandboxThread): void {
    const { owner } = thread
    if (owner === undefined || thread.dead || thread.busyMs > SWIFT_MS) return
    while (thread.length < AHEAD && this.#queue.waits(owner)) {
      this.#send(thread, owner)
      this.#patrol ??= setInterval(() => this.#recall(), SWIFT_MS).unref()
    }
  }

  #send(thread: SandboxThread, owner: string): void {
    const task = this.#queue.take(owner)
    task.thread = thread
    thread.send(task)
  }

  /** What was sent ahead, and waits behind a script that takes its time. */
  #recall(): void {
    let isAhead = false
    for (const thread of this.#all) {
      if (thread.length > 1 && thread.busyMs > SWIFT_MS) thread.withdraw()
      isAhead ||= thread.length > 1
    }
    if (!isAhead) {
      clearInterval(this.#patrol)
      this.#patrol = undefined
    }
    this.#next()
  }

  #threadFor(most: number): SandboxThread | undefined {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (!idle.dead) return idle
      this.#all.delete(idle)
    }
    if (this.#all.size >= most) return undefined
    const thread = new SandboxThread()
    this.#all.add(thread)
    return thread
  }

  /** Its thread is free again, unless others of its line go on in it. */
  #release({ thread, request }: Task): void {
    if (thread === undefined || thread.length > 0) return
    this.#queue.freed(request.owner)
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
