import type { Json, PayloadRef } from '@millrace/contracts'
import {
  type Container,
  type RunState,
  type Scope,
  type StepState,
  stepAt,
  stepsBefore,
} from '@millrace/engine'
import type { Scope as Readable } from '@millrace/expressions'
import type { NodeContext } from '@millrace/nodes'
import { ItemPages } from './containers/item-pages.js'
import { resultValue } from './containers/results.js'
import type { PastItems } from './past/past-items.js'
import type { ResumeUrls } from './run-scope.js'
import { type Place, RunScope } from './scope.js'
import { stepInputs } from './step-inputs.js'

/**
 * Owns: what expressions may read, for the run and for each item and iteration under way. The latter are made when a
 * step of them first asks, from what the engine knows of them, and go when the engine lets them go.
 */
export class RunScopes {
  readonly root: RunScope
  readonly #inner = new WeakMap<Scope, RunScope>()
  readonly #items: ItemPages

  constructor(
    private readonly state: RunState,
    base: Omit<Readable, 'steps'>,
    private readonly loadPayload: (ref: PayloadRef) => Promise<Json>,
    private readonly resumeUrlsIn: (pass: Scope) => ResumeUrls | undefined,
    private readonly past: Pick<PastItems, 'stepsOf' | 'itemOf'>,
  ) {
    this.root = new RunScope(base, loadPayload)
    this.#items = new ItemPages(loadPayload)
    this.#fill(this.root, state)
  }

  /** Of the step at this path; the run's own where its item is over. */
  at(path: string): RunScope {
    const step = stepAt(this.state, path)
    return step === undefined ? this.root : this.of(step.scope)
  }

  /** What the step at this path is given by those right before it. */
  inputsAt(path: string): NodeContext['inputs'] {
    return stepInputs(this.state, path, this.at(path))
  }

  /** What expressions of the step at this path may read; of the steps those that lead to it. */
  readableAt(path: string): Readable {
    const { view } = this.at(path)
    const step = stepAt(this.state, path)
    if (step === undefined) return { ...view, steps: {} }
    const before = [...stepsBefore(this.state, step)].flatMap((id) => {
      const entry = view.steps[id]
      return entry === undefined ? [] : [[id, entry] as const]
    })
    return { ...view, steps: Object.fromEntries(before) }
  }

  of(scope: Scope): RunScope {
    const { container, index } = scope
    if (container === null) return this.root
    const known = this.#inner.get(scope)
    if (known !== undefined) return known
    const made = this.of(container.scope).within({
      index,
      resumeUrls: this.resumeUrlsIn(scope),
      ...this.#contentOf(scope, container.inside),
    })
    this.#fill(made, scope)
    this.#inner.set(scope, made)
    return made
  }

  #contentOf(scope: Scope, inside: Container | null): Pick<Place, 'item' | 'past'> {
    if (inside?.kind === 'past')
      return { item: () => this.past.itemOf(scope), past: () => this.past.stepsOf(scope) }
    return { item: async () => (inside === null ? undefined : this.itemOf(inside, scope.index)) }
  }

  /** Keeps step with the engine: the step has changed. */
  observe(step: StepState): void {
    const scope = step.scope.container === null ? this.root : this.#inner.get(step.scope)
    scope?.observe(this.#idOf(step), step)
  }

  /** The item of a map; in a repeat the output of the pass before. */
  async itemOf(inside: Container, index: number): Promise<Json | undefined> {
    if (inside.kind === 'map') return this.#items.itemOf(inside, index)
    const before = inside.results.get(index - 1)
    return before === undefined ? undefined : resultValue(inside.body, before, this.loadPayload)
  }

  #fill(made: RunScope, scope: Scope): void {
    for (const step of scope.steps) made.observe(this.#idOf(step), step)
  }

  #idOf({ node }: StepState): string {
    return this.state.graph.nodes[node]!.id
  }
}
