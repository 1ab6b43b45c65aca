import type { Preview } from './evaluate.js'
import type { EvaluationAnswer, EvaluationRequest } from './protocol.js'
import type { SampleScope } from './scope.js'

/**
 * Asks a worker what expressions give, so that no keystroke waits for one.
 *
 * Owns the worker and the latest question. Only the latest counts: an answer to an older one resolves to undefined.
 * A worker that does not answer in time is ended and another one takes over; the sample is sent to it again.
 */
export class Evaluator {
  readonly #start: () => WorkerLike
  readonly #patienceMs: number
  #worker: WorkerLike | undefined
  #scope: SampleScope | undefined
  #asked = 0
  #open: { readonly id: number; readonly answer: (preview: Preview | undefined) => void } | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(start: () => WorkerLike, patienceMs = 2_000) {
    this.#start = start
    this.#patienceMs = patienceMs
  }

  setScope(scope: SampleScope): void {
    this.#scope = scope
    this.#worker?.postMessage({ kind: 'scope', scope })
  }

  preview(text: string, isSource: boolean): Promise<Preview | undefined> {
    this.#settle(undefined)
    const id = ++this.#asked
    const worker = this.#running()
    return new Promise((answer) => {
      this.#open = { id, answer }
      this.#timer = setTimeout(() => this.#giveUp(), this.#patienceMs)
      worker.postMessage({ kind: 'preview', id, text, isSource })
    })
  }

  close(): void {
    this.#settle(undefined)
    this.#worker?.terminate()
    this.#worker = undefined
  }

  #running(): WorkerLike {
    if (this.#worker !== undefined) return this.#worker
    const worker = this.#start()
    worker.onmessage = ({ data }) => {
      if (this.#open?.id === data.id) this.#settle(data.preview)
    }
    if (this.#scope !== undefined) worker.postMessage({ kind: 'scope', scope: this.#scope })
    this.#worker = worker
    return worker
  }

  #giveUp(): void {
    this.#worker?.terminate()
    this.#worker = undefined
    this.#settle({
      kind: 'error',
      message: 'The expression takes too long',
      hint: 'a run would stop it after 100 ms',
    })
  }

  #settle(preview: Preview | undefined): void {
    clearTimeout(this.#timer)
    this.#open?.answer(preview)
    this.#open = undefined
  }
}

export interface WorkerLike {
  onmessage: ((event: MessageEvent<EvaluationAnswer>) => void) | null
  postMessage(request: EvaluationRequest): void
  terminate(): void
}

export const startEvaluationWorker = (): WorkerLike =>
  new Worker(new URL('./evaluation.worker.ts', import.meta.url), { type: 'module' })
