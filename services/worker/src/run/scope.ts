import {
  type Json,
  MillraceError,
  type PayloadRef,
  type StepError,
  stepErrorToJson,
} from '@millrace/contracts'
import type { StepState } from '@millrace/engine'
import type { Scope } from '@millrace/expressions'
import type { Touches } from '../plan/touches.js'
import type { PastStep } from './past/past-items.js'
import type { ResumeUrls } from './run-scope.js'

type Outcome = Pick<StepState, 'status' | 'output' | 'outputRef' | 'error'>

/** Where a scope stands within another one. */
export interface Place {
  readonly outer: RunScope
  readonly index: number
  item(): Promise<Json | undefined>
  /** What ends the waits of its own steps. */
  readonly resumeUrls: ResumeUrls | undefined
  /** What its steps came to, where they are over and it is open again. */
  past?(): Promise<readonly PastStep[]>
}

/**
 * Owns: what expressions of one run may read. Grows as steps end; values are shared, never copied or changed.
 * Large outputs of an earlier owner are loaded only when an expression touches their step (D21).
 */
export class RunScope {
  #view: Scope
  /** Values of the scope around it, and the item, are taken over by the first `load`. */
  #isPlaced: boolean
  readonly #steps: Scope['steps'] = Object.create(null)
  readonly #unloaded = new Map<string, PayloadRef>()
  readonly #atHand = new Map<string, Json>()

  constructor(
    private readonly base: Omit<Scope, 'steps'>,
    private readonly loadPayload: (ref: PayloadRef) => Promise<Json>,
    private readonly place?: Place,
  ) {
    this.#view = { ...base, steps: this.#steps }
    this.#isPlaced = place === undefined
  }

  get view(): Scope {
    return this.#view
  }

  /** One item or iteration within this scope. Ids are unique in a definition, so nothing here hides anything. */
  within(place: Pick<Place, 'index' | 'item' | 'past'> & Partial<Pick<Place, 'resumeUrls'>>): RunScope {
    return new RunScope(this.base, this.loadPayload, { resumeUrls: undefined, ...place, outer: this })
  }

  /** Takes over what a step has come to, where it has ended. */
  observe(id: string, { status, output, outputRef, error }: Outcome): void {
    if (status === 'completed') {
      if (outputRef === undefined) this.completed(id, output, error ?? undefined)
      else this.completedByReference(id, outputRef)
    } else if (status === 'failed' || status === 'skipped' || status === 'cancelled')
      this.ended(id, status, error ?? undefined)
  }

  private completed(node: string, output: Json | undefined, error?: StepError): void {
    this.#unloaded.delete(node)
    const entry: Scope['steps'][string] = { status: 'completed' }
    if (output !== undefined) entry.output = output
    if (error !== undefined) entry.error = stepErrorToJson(error)
    this.#steps[node] = entry
  }

  private completedByReference(node: string, ref: PayloadRef): void {
    const known = this.#atHand.get(ref.key)
    if (known !== undefined) {
      this.#atHand.delete(ref.key)
      return this.completed(node, known)
    }
    this.#steps[node] = { status: 'completed' }
    this.#unloaded.set(node, ref)
  }

  /** The value behind a reference that is about to complete a step: it need not be read back. */
  atHand(key: string, value: Json | undefined): void {
    if (value !== undefined) this.#atHand.set(key, value)
  }

  /** The value behind a reference that no step has completed with yet. */
  read(ref: PayloadRef): Promise<Json> {
    return this.loadPayload(ref)
  }

  private ended(node: string, status: 'failed' | 'skipped' | 'cancelled', error?: StepError): void {
    this.#steps[node] = error === undefined ? { status } : { status, error: stepErrorToJson(error) }
  }

  output(node: string): Json | undefined {
    return this.#steps[node]?.output
  }

  /** Loads what is still only referenced and may be read; nothing to do for almost every step. */
  async load(touches: Touches = () => true): Promise<void> {
    if (this.place !== undefined && !this.#isPlaced) await this.#takePlace(this.place)
    for (const [node, ref] of this.#unloaded) {
      if (!touches(node)) continue
      if (ref.paged === true) this.#refuse(node, ref)
      else this.completed(node, await this.loadPayload(ref))
    }
  }

  /** D20: too large for an expression, whose step fails if it reads it. Others are none the worse. */
  #refuse(node: string, { bytes }: PayloadRef): void {
    this.#unloaded.delete(node)
    const entry: Scope['steps'][string] = { status: 'completed' }
    const get = () => {
      throw new MillraceError(
        'OUTPUT_TOO_LARGE',
        `the results of ${node} have ${bytes} bytes; expressions cannot read them`,
      )
    }
    this.#steps[node] = Object.defineProperty(entry, 'output', { get })
  }

  get complete(): boolean {
    return this.#isPlaced && this.#unloaded.size === 0
  }

  async #takePlace({ outer, index, item, resumeUrls, past }: Place): Promise<void> {
    if (!outer.complete) await outer.load()
    const value = await item()
    for (const step of (await past?.()) ?? []) this.observe(step.id, step)
    // Own properties, not a prototype: expressions see no others.
    for (const [id, entry] of Object.entries(outer.view.steps)) this.#steps[id] ??= entry
    const { item: _, index: __, ...around } = outer.view
    const { run } = around
    this.#view = {
      ...around,
      run: resumeUrls === undefined ? run : { ...run, resumeUrls: { ...run.resumeUrls, ...resumeUrls } },
      steps: this.#steps,
      index,
      ...(value === undefined ? {} : { item: value }),
    }
    this.#isPlaced = true
  }
}
