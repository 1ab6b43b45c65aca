import { type Json, type PayloadRef, type StepError, stepErrorToJson } from '@millrace/contracts'
import type { Scope } from '@millrace/expressions'

/**
 * Owns: what expressions of one run may read. Grows as steps end; values are shared, never copied or changed.
 * Large outputs of an earlier owner are loaded only when an expression touches their step (D21).
 */
export class RunScope {
  readonly #steps: Scope['steps'] = Object.create(null)
  readonly #unloaded = new Map<string, PayloadRef>()
  readonly #atHand = new Map<string, Json>()
  readonly view: Scope

  constructor(
    base: Omit<Scope, 'steps'>,
    private readonly loadPayload: (ref: PayloadRef) => Promise<Json>,
  ) {
    this.view = { ...base, steps: this.#steps }
  }

  completed(node: string, output: Json | undefined, error?: StepError): void {
    this.#unloaded.delete(node)
    const entry: Scope['steps'][string] = { status: 'completed' }
    if (output !== undefined) entry.output = output
    if (error !== undefined) entry.error = stepErrorToJson(error)
    this.#steps[node] = entry
  }

  completedByReference(node: string, ref: PayloadRef): void {
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

  ended(node: string, status: 'failed' | 'skipped' | 'cancelled', error?: StepError): void {
    this.#steps[node] = error === undefined ? { status } : { status, error: stepErrorToJson(error) }
  }

  output(node: string): Json | undefined {
    return this.#steps[node]?.output
  }

  /** Loads what is still only referenced; nothing to do for almost every step. */
  async load(): Promise<void> {
    for (const [node, ref] of this.#unloaded) {
      const output = await this.loadPayload(ref)
      this.completed(node, output)
    }
  }

  get complete(): boolean {
    return this.#unloaded.size === 0
  }
}
