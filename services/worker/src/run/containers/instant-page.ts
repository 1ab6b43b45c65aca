import { setImmediate } from 'node:timers/promises'
import { type Json, MillraceError, type StepError, stepErrorToJson } from '@millrace/contracts'
import {
  createRunState,
  decide,
  type ItemResult,
  lastSteps,
  type RunInput,
  type RunState,
} from '@millrace/engine'
import { compileExpression } from '@millrace/expressions'
import type { NodeContext } from '@millrace/nodes'
import { failurePorts, ITEM_TRIGGER, type Plan } from '../../plan/plan.js'
import { LiveAttempt } from '../live-attempt.js'
import type { RunScope } from '../scope.js'
import { toStepError } from '../step-error.js'
import { executeStep, prepareStep, type StepOutcome, takenEdges } from '../step-executor.js'
import { stepInputs } from '../step-inputs.js'
import { resultValue } from './results.js'

/** Items between two turns of the event loop: the worker renews its lease on it (D9). */
const ITEMS_PER_TURN = 64

interface PageOutcome {
  readonly values: readonly Json[]
  readonly failed: number
  /** The item that fails the map: no other was looked at after it. */
  readonly failure?: { readonly index: number; readonly error: StepError }
}

/**
 * Works out a page of a pure map. Each item is a run of the body by the same engine, whose events nobody keeps:
 * nothing of it reaches the outside, so that a page cut off by a crash is worked out again. Undefined when it is no
 * longer wanted.
 */
export async function executeItems(
  plan: Plan,
  outer: RunScope,
  { from, to }: { readonly from: number; readonly to: number },
  itemOf: (index: number) => Promise<Json | undefined>,
  isWanted: () => boolean,
  collects: boolean,
): Promise<PageOutcome | undefined> {
  const values: Json[] = []
  let failed = 0
  for (let index = from; index < to; index++) {
    if ((index - from) % ITEMS_PER_TURN === 0) await setImmediate()
    if (!isWanted()) return undefined
    const result = await executeItem(plan, outer.within({ index, item: () => itemOf(index) }))
    if (result.error !== null && !collects) return { values, failed, failure: { index, error: result.error } }
    if (result.error !== null) failed++
    values.push(await resultValue(plan.graph.root, result, unexpectedLoad))
  }
  return { values, failed }
}

/** Outputs of these steps are never stored. */
const unexpectedLoad = () => Promise.reject(new Error('an item in memory refers to a payload'))

async function executeItem(plan: Plan, scope: RunScope): Promise<ItemResult> {
  await scope.load()
  const state = createRunState(plan.graph, { trigger: ITEM_TRIGGER, input: null })
  const inputs: RunInput[] = [{ kind: 'claimed' }]
  for (let input = inputs.pop(); input !== undefined; input = inputs.pop()) {
    const { changed, commands } = decide(state, input, 0)
    for (const step of changed) scope.observe(plan.graph.nodes[step.node]!.id, step)
    for (const command of commands)
      if (command.kind === 'execute_step') inputs.push(await attempt(plan, state, command, scope))
  }
  return resultOf(plan, state)
}

async function attempt(
  plan: Plan,
  state: RunState,
  { path, node, attempt: number }: { readonly path: string; readonly node: number; readonly attempt: number },
  scope: RunScope,
): Promise<RunInput> {
  const outcome = await execute(plan, state, { path, node }, scope)
  if (outcome.kind === 'completed')
    return { kind: 'step_completed', path, attempt: number, output: outcome.output, taken: outcome.taken }
  const error =
    outcome.kind === 'errored' ? outcome.error : toStepError(new Error(`${path} did not end at once`))
  const output = { error: stepErrorToJson(error) }
  const taken = await takenEdges(plan, node, failurePorts(plan, node), scope, output).catch(() => [])
  return { kind: 'step_errored', path, attempt: number, error, random: 0, taken }
}

async function execute(
  plan: Plan,
  state: RunState,
  { path, node }: { readonly path: string; readonly node: number },
  scope: RunScope,
): Promise<StepOutcome> {
  try {
    const prepared = await prepareStep(plan.nodes[node]!, scope)
    const live = new LiveAttempt(1)
    return await executeStep(
      plan,
      node,
      prepared,
      instantContext(() => stepInputs(state, path, scope), scope, live),
      scope,
      live,
      undefined,
    )
  } catch (error) {
    return { kind: 'errored', error: toStepError(error) }
  }
}

function resultOf({ graph }: Plan, state: RunState): ItemResult {
  const sinks = lastSteps(graph, graph.root, (node) => state.steps[node]).map(
    ({ node, output, outputRef }) => ({ id: graph.nodes[node]!.id, output, outputRef }),
  )
  return { error: state.error, sinks: state.error === null ? sinks : [] }
}

/** What a step that ends at once may use: expressions, and nothing of the outside. */
function instantContext(
  inputs: () => NodeContext['inputs'],
  scope: RunScope,
  live: LiveAttempt,
): NodeContext {
  const refuse = () =>
    Promise.reject(new MillraceError('INTERNAL', 'an instant node reached for the outside'))
  return {
    get signal() {
      return live.signal
    },
    idempotencyKey: '',
    trigger: scope.view.trigger,
    get inputs() {
      return inputs()
    },
    get readable() {
      return scope.view
    },
    log: () => undefined,
    http: refuse,
    sql: refuse,
    publish: refuse,
    script: refuse,
    credential: refuse,
    evaluate: (source, extra) => compileExpression(source).evaluate({ ...scope.view, ...extra }),
  }
}
