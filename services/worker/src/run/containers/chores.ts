import { type Json, MillraceError, type PayloadRef, stringifyJson } from '@millrace/contracts'
import {
  type Command,
  type Container,
  itemFailed,
  pageRange,
  type RunInput,
  type RunState,
  type StepState,
  stepAt,
} from '@millrace/engine'
import { compileExpression, isTruthy } from '@millrace/expressions'
import type { Plan } from '../../plan/plan.js'
import { failedInput } from '../failed-input.js'
import type { OutcomeContext } from '../outcome-context.js'
import { outcomeInput } from '../outcome-input.js'
import type { RunScopes } from '../scopes.js'
import { toStepError } from '../step-error.js'
import { takenEdges } from '../step-executor.js'
import { payloadKey } from '../storable.js'
import { executeItems } from './instant-page.js'
import { gatherResults, resultValue, storePage } from './results.js'

export type Chore = Extract<
  Command,
  { kind: 'close_container' | 'check_iteration' | 'settle_page' | 'execute_page' }
>

/**
 * Answers what the engine asks for its containers: values to read, evaluate and store. Owns: which chores are under
 * way, since the engine may ask again for one before it has its answer.
 */
export class ContainerChores {
  readonly #underWay = new Set<string>()

  constructor(
    private readonly state: RunState,
    private readonly plan: Plan,
    private readonly scopes: RunScopes,
    private readonly loadPayload: (ref: PayloadRef) => Promise<Json>,
    private readonly contextOf: (path: string) => OutcomeContext,
  ) {}

  /** Undefined when there is nothing to say: the container is over, or the chore is under way already. */
  async answer(chore: Chore): Promise<RunInput | undefined> {
    const step = stepAt(this.state, chore.path)
    const inside = step?.inside
    const key = stringifyJson(chore)
    if (step === undefined || inside == null || step.attempt !== chore.attempt) return undefined
    if (this.#underWay.has(key)) return undefined
    this.#underWay.add(key)
    try {
      return await this.#work(chore, step, inside)
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error
      return failedInput(chore, toStepError(error), this.contextOf(chore.path))
    } finally {
      this.#underWay.delete(key)
    }
  }

  #work(chore: Chore, step: StepState, inside: Container): Promise<RunInput | undefined> {
    switch (chore.kind) {
      case 'close_container':
        return this.#close(chore, inside)
      case 'check_iteration':
        return this.#check(chore, step, inside)
      case 'settle_page':
        return this.#settle(chore, inside)
      case 'execute_page':
        return this.#execute(chore, step, inside)
    }
  }

  async #close(chore: Chore, inside: Container): Promise<RunInput> {
    const context = this.contextOf(chore.path)
    if (inside.error !== null) return failedInput(chore, inside.error, context)
    const key = `${payloadKey(chore.path, chore.attempt, context.epoch)}/results`
    const results = await gatherResults(inside, key, this.loadPayload, context.storePayload)
    if (results.kind === 'values') return this.#complete(chore, results.values, context)
    const { path, attempt, node } = chore
    const taken = await takenEdges(this.plan, node, undefined, context.scope, undefined)
    return { kind: 'step_completed', path, attempt, output: undefined, outputRef: results.ref, taken }
  }

  async #complete(chore: Chore, output: Json, context: OutcomeContext): Promise<RunInput> {
    const taken = await takenEdges(this.plan, chore.node, undefined, context.scope, output)
    return outcomeInput(chore, { kind: 'completed', output, taken, response: undefined }, context)
  }

  async #check(
    chore: Extract<Chore, { kind: 'check_iteration' }>,
    { wait }: StepState,
    inside: Container,
  ): Promise<RunInput | undefined> {
    const { path, attempt, node, index } = chore
    const scope = inside.scopes.get(index)
    const result = inside.results.get(index)
    if (scope === undefined || result === undefined || wait?.kind !== 'iteration') return undefined
    const output = await resultValue(inside.body, result, this.loadPayload)
    const { until } = this.plan.nodes[node]!.raw
    const readable = this.scopes.of(scope)
    if (!readable.complete) await readable.load()
    const view = { ...readable.view, item: output, index }
    if (isTruthy(await compileExpression(String(until)).evaluate(view)))
      return this.#complete(chore, output, this.contextOf(path))
    if (index + 1 < wait.max)
      return { kind: 'step_waits', path, attempt, wait: { ...wait, index: index + 1 } }
    throw new MillraceError('ITERATIONS_EXHAUSTED', `${path}: not done after ${wait.max} iterations`)
  }

  async #settle(chore: Extract<Chore, { kind: 'settle_page' }>, inside: Container): Promise<RunInput> {
    const { from, to } = pageRange(inside, chore.page)
    const values: Json[] = []
    let failed = 0
    for (let index = from; index < to; index++) {
      const result = inside.results.get(index)
      if (result === undefined) throw new Error(`${chore.path}[${index}] has not ended`)
      if (result.error !== null) failed++
      values.push(await resultValue(inside.body, result, this.loadPayload))
    }
    return this.#pageDone(chore, values, failed)
  }

  async #execute(
    chore: Extract<Chore, { kind: 'execute_page' }>,
    step: StepState,
    inside: Container,
  ): Promise<RunInput | undefined> {
    const { path, node, page } = chore
    const plan = this.plan.instantBodies.get(node)
    if (plan === undefined) throw new Error(`the body of ${path} has steps of its own`)
    const scope = this.scopes.of(step.scope)
    const itemOf = (index: number) => this.scopes.itemOf(inside, index)
    const isWanted = () => step.inside === inside
    const outcome = await executeItems(
      plan,
      scope,
      pageRange(inside, page),
      itemOf,
      isWanted,
      inside.collects,
    )
    if (outcome === undefined) return undefined
    if (outcome.failure === undefined) return this.#pageDone(chore, outcome.values, outcome.failed)
    const error = itemFailed(path, outcome.failure.index, outcome.failure.error)
    return failedInput(chore, error, this.contextOf(path))
  }

  async #pageDone(
    chore: Extract<Chore, { page: number }>,
    values: readonly Json[],
    failed: number,
  ): Promise<RunInput> {
    const { path, attempt, page } = chore
    const { epoch, storePayload } = this.contextOf(path)
    const stored = await storePage(
      values,
      `${payloadKey(path, attempt, epoch)}/results/${page}`,
      storePayload,
    )
    return { kind: 'page_done', path, attempt, page, completed: values.length - failed, failed, ...stored }
  }
}
