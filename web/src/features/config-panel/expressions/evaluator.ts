import type { ExpressionKind } from '../../../components/schema-form/form-context.js'
import type { Preview } from './evaluate.js'
import { type EvaluationAnswer, type EvaluationRequest, SHOWN_CHARACTERS } from './protocol.js'
import type { SampleScope } from './scope.js'

interface Question {
  readonly asked: Extract<EvaluationRequest, { kind: 'preview' }>
  readonly answer: (preview: Preview | undefined) => void
  readonly timer: ReturnType<typeof setTimeout>
}

/**
 * Asks a worker what expressions give, so that no keystroke waits for one.
 *
 * Owns the worker and the open questions: one a field. A newer question of a field takes the place of its older one,
 * which resolves to undefined. A worker that does not answer in time is ended; another one gets the sample and the
 * questions of the other fields.
 */
export class Evaluator {
  readonly #start: () => WorkerLike
  readonly #patienceMs: number
  readonly #open = new Map<string, Question>()
  #worker: WorkerLike | undefined
  #scope: SampleScope | undefined
  #asked = 0

  constructor(start: () => WorkerLike, patienceMs = 2_000) {
    this.#start = start
    this.#patienceMs = patienceMs
  }

  setScope(scope: SampleScope): void {
    this.#scope = scope
    this.#worker?.postMessage({ kind: 'scope', scope })
  }

  /** `limit`: characters of the value that are wanted at most. */
  preview(
    field: string,
    text: string,
    expression: ExpressionKind,
    limit: number = SHOWN_CHARACTERS,
  ): Promise<Preview | undefined> {
    this.#settle(field, undefined)
    const asked = { kind: 'preview', id: ++this.#asked, text, expression, limit } as const
    return new Promise((answer) => {
      const timer = setTimeout(() => this.#giveUp(field), this.#patienceMs)
      this.#open.set(field, { asked, answer, timer })
      this.#running().postMessage(asked)
    })
  }

  close(): void {
    for (const field of this.#open.keys()) this.#settle(field, undefined)
    this.#worker?.terminate()
    this.#worker = undefined
  }

  #running(): WorkerLike {
    if (this.#worker !== undefined) return this.#worker
    const worker = this.#start()
    worker.onmessage = ({ data }) => {
      for (const [field, question] of this.#open)
        if (question.asked.id === data.id) this.#settle(field, data.preview)
    }
    if (this.#scope !== undefined) worker.postMessage({ kind: 'scope', scope: this.#scope })
    this.#worker = worker
    return worker
  }

  #giveUp(field: string): void {
    this.#worker?.terminate()
    this.#worker = undefined
    const hint = 'a run would stop it, too'
    this.#settle(field, { kind: 'error', message: 'The expression takes too long', hint })
    for (const { asked } of this.#open.values()) this.#running().postMessage(asked)
  }

  #settle(field: string, preview: Preview | undefined): void {
    const question = this.#open.get(field)
    if (question === undefined) return
    clearTimeout(question.timer)
    this.#open.delete(field)
    question.answer(preview)
  }
}

export interface WorkerLike {
  onmessage: ((event: MessageEvent<EvaluationAnswer>) => void) | null
  postMessage(request: EvaluationRequest): void
  terminate(): void
}

export const startEvaluationWorker = (): WorkerLike =>
  new Worker(new URL('./evaluation.worker.ts', import.meta.url), { type: 'module' })
