import type { NodeContext } from '@millrace/nodes'
import type { AttemptTimer } from './attempt-timer.js'

const MOST_NOTES = 20

/**
 * One attempt in flight and its right to go on. The AbortController is made when somebody first asks for the
 * signal: most pure steps never do, and making one costs as much as running them (8 % of a worker's time).
 */
export class LiveAttempt {
  #controller: AbortController | undefined
  #aborted: { readonly reason: unknown } | undefined
  /** What it has noted; undefined almost always. */
  #notes: Set<string> | undefined
  /** Of an attempt with a timeout. */
  timer: AttemptTimer | undefined

  constructor(readonly attempt: number) {}

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason)
    }
    return this.#controller.signal
  }

  /** Why the attempt was told to stop; undefined while it may go on. */
  get aborted(): { readonly reason: unknown } | undefined {
    return this.#aborted
  }

  /** Logs what an outcome is due to, once: a filter evaluates its expression for thousands of items. */
  note(text: string, log: NodeContext['log']): void {
    this.#notes ??= new Set()
    if (this.#notes.size >= MOST_NOTES || this.#notes.has(text)) return
    this.#notes.add(text)
    log('info', text)
  }

  abort(reason: unknown): void {
    this.#aborted ??= { reason }
    this.#controller?.abort(reason)
  }
}
