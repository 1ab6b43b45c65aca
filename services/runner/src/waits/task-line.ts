import type { Task } from '@millrace/contracts'
import { decodeNewTask, type EventFeed, TASKS_TOPIC, type Unsubscribe } from '@millrace/feed'
import type { RunIntake, TaskRequest } from '@millrace/run-store'

/**
 * Programs that wait for a task to come.
 *
 * Owns: who waits in this process, by workspace and queue. Does not own tasks: it asks for them like anyone else.
 *
 * 1. Of one queue there is one question at a time, for who has waited longest, and the next one only where that was
 *    answered with a task: however many wait, a task that comes costs two questions.
 * 2. Words of new tasks may be lost, and leases lapse without a word: each queue is looked at each second (D16).
 * 3. A caller who has gone gets nothing: what was lent for it meanwhile is given back.
 */
export interface TaskLineDeps {
  readonly store: Pick<RunIntake, 'leaseTasks' | 'returnTask'>
  readonly feed: Pick<EventFeed, 'subscribe'>
  readonly onError: (error: unknown, what: string) => void
  /** Milliseconds between two looks without a word; default 1,000. */
  readonly lookMs?: number
}

interface Waiting {
  readonly request: TaskRequest
  readonly answer: (tasks: Task[]) => void
}

interface Queue {
  /** In the order in which they came. */
  readonly waiting: Set<Waiting>
  looking: boolean
  /** A word came during the look. */
  again: boolean
}

const LOOK_MS = 1_000

export class TaskLine {
  readonly #deps: TaskLineDeps
  readonly #queues = new Map<string, Queue>()
  #unsubscribe: Unsubscribe | undefined
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(deps: TaskLineDeps) {
    this.#deps = deps
  }

  async start(): Promise<void> {
    this.#unsubscribe = await this.#deps.feed.subscribe(TASKS_TOPIC, (payload) => {
      const { workspaceId, queue } = decodeNewTask(payload)
      this.#look(keyOf(workspaceId, queue))
    })
    this.#timer = setInterval(() => {
      for (const key of this.#queues.keys()) this.#look(key)
    }, this.#deps.lookMs ?? LOOK_MS)
  }

  /** Who waits is answered with nothing, and whoever comes waits no more. */
  close(): void {
    this.#closed = true
    this.#unsubscribe?.()
    clearInterval(this.#timer)
    for (const { waiting } of this.#queues.values()) for (const each of [...waiting]) each.answer([])
  }

  /** Tasks as soon as there is one; none after `waitMs` milliseconds, or once the signal aborts. */
  async lease(request: TaskRequest, waitMs: number, gone: AbortSignal): Promise<Task[]> {
    const tasks = await this.#deps.store.leaseTasks(request)
    if (gone.aborted) {
      await this.#giveBack(request, tasks)
      return []
    }
    if (tasks.length > 0 || waitMs === 0 || this.#closed) return tasks
    return await this.#wait(request, waitMs, gone)
  }

  /** How many wait: for tests. */
  get waiting(): number {
    return [...this.#queues.values()].reduce((sum, { waiting }) => sum + waiting.size, 0)
  }

  #wait(request: TaskRequest, waitMs: number, gone: AbortSignal): Promise<Task[]> {
    const key = keyOf(request.workspaceId, request.queue)
    const queue = this.#queues.get(key) ?? { waiting: new Set(), looking: false, again: false }
    this.#queues.set(key, queue)
    return new Promise((resolve) => {
      const giveUp = () => answer([])
      const timer = setTimeout(giveUp, waitMs)
      const answer = (tasks: Task[]) => {
        clearTimeout(timer)
        gone.removeEventListener('abort', giveUp)
        queue.waiting.delete(waiting)
        if (queue.waiting.size === 0 && this.#queues.get(key) === queue) this.#queues.delete(key)
        resolve(tasks)
      }
      const waiting: Waiting = { request, answer }
      gone.addEventListener('abort', giveUp)
      queue.waiting.add(waiting)
      // A task may have come since the question that found none.
      this.#look(key)
    })
  }

  #look(key: string): void {
    const queue = this.#queues.get(key)
    if (queue === undefined) return
    queue.again = true
    if (queue.looking) return
    queue.looking = true
    this.#serve(queue).catch((error: unknown) => this.#deps.onError(error, 'looking for tasks'))
  }

  /** Invariant 1. */
  async #serve(queue: Queue): Promise<void> {
    try {
      while (queue.again) {
        queue.again = false
        for (const waiting of queue.waiting) {
          const tasks = await this.#deps.store.leaseTasks(waiting.request)
          if (tasks.length === 0) break
          if (queue.waiting.has(waiting)) waiting.answer(tasks)
          else await this.#giveBack(waiting.request, tasks)
        }
      }
    } finally {
      queue.looking = false
    }
  }

  /** Invariant 3. */
  async #giveBack({ workspaceId }: TaskRequest, tasks: readonly Task[]): Promise<void> {
    for (const { id, token } of tasks) await this.#deps.store.returnTask({ workspaceId, id, token })
  }
}

const keyOf = (workspaceId: string, queue: string): string => `${workspaceId} ${queue}`
