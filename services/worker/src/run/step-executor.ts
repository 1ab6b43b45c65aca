import { type Json, MillraceError, type StepError } from '@millrace/contracts'
import { isTruthy, type OnNote } from '@millrace/expressions'
import type { CallRequest, NodeContext, NodeResponse, NodeResult } from '@millrace/nodes'
import { edgesOnPorts, type NodePlan, type Plan } from '../plan/plan.js'
import type { LiveAttempt } from './live-attempt.js'
import type { RunScope } from './scope.js'
import { toStepError } from './step-error.js'

/** How one attempt came out, before it is an event. Nothing here touches the run's state. */
export type StepOutcome =
  | {
      readonly kind: 'completed'
      readonly output: Json | undefined
      readonly taken: readonly number[]
      readonly response: NodeResponse | undefined
    }
  | { readonly kind: 'calls'; readonly call: CallRequest }
  | { readonly kind: 'waits'; readonly wait: WaitRequest }
  | { readonly kind: 'stops'; readonly stop: StopRequest }
  | { readonly kind: 'errored'; readonly error: StepError }

export type WaitRequest = Extract<NodeResult, { wait: unknown }>['wait']
type StopRequest = Extract<NodeResult, { stop: unknown }>['stop']

/** Parsed params of a step, and what it may do to the outside with them. */
export interface PreparedStep {
  readonly params: unknown
  readonly effect: 'pure' | 'read' | 'write'
}

/** Resolves a step's params. Throws MillraceError of an expression, or INVALID_PARAMS. */
export async function prepareStep(node: NodePlan, scope: RunScope): Promise<PreparedStep> {
  // Params, inputs and scripts may all read earlier outputs.
  if (!scope.complete) await scope.load(node.touches)
  const params = node.constant ?? (await resolveParams(node, scope))
  const { effect } = node.type
  return { params, effect: typeof effect === 'function' ? effect(params) : effect }
}

async function resolveParams(node: NodePlan, scope: RunScope): Promise<unknown> {
  const given = await node.template.resolve(scope.view)
  const resolved = node.lists === undefined ? given : node.lists(given)
  const parsed = node.type.params.safeParse({ ...(resolved as Record<string, Json>), ...node.raw })
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new MillraceError(
    'INVALID_PARAMS',
    `${issue?.path.join('.') || 'params'}: ${issue?.message ?? 'invalid'}`,
  )
}

/** Runs one attempt. Never throws: what goes wrong becomes an outcome. */
export async function executeStep(
  plan: Plan,
  index: number,
  prepared: PreparedStep,
  context: NodeContext,
  scope: RunScope,
  live: LiveAttempt,
  timeoutMs: number | undefined,
): Promise<StepOutcome> {
  const node = plan.nodes[index]
  if (node?.type.execute === undefined) return erroredBy(new Error(`node ${index} cannot be executed`))
  try {
    const work = node.type.execute(context, prepared.params)
    const result = timeoutMs === undefined ? await work : await withinTimeout(work, live.signal)
    if ('call' in result) return { kind: 'calls', call: result.call }
    if ('wait' in result) return { kind: 'waits', wait: result.wait }
    if ('stop' in result) return { kind: 'stops', stop: result.stop }
    const onNote = (text: string) => live.note(text, context.log)
    const taken = await takenEdges(plan, index, result.ports, scope, result.output, onNote)
    return { kind: 'completed', output: result.output, taken, response: result.response }
  } catch (error) {
    return erroredBy(live.aborted === undefined ? error : live.aborted.reason)
  }
}

/** A node that ignores its signal is abandoned when the signal fires; its late result goes nowhere. */
function withinTimeout<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abandon = () => reject(signal.reason)
    if (signal.aborted) abandon()
    signal.addEventListener('abort', abandon, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abandon))
  })
}

/**
 * The edges a completed step takes: those of its ports whose condition holds (I7). Conditions may read the
 * step's own output. Throws EXPRESSION_FAILED, which fails the step.
 */
export async function takenEdges(
  plan: Plan,
  index: number,
  ports: readonly string[] | undefined,
  scope: RunScope,
  output: Json | undefined,
  onNote?: OnNote,
): Promise<number[]> {
  const candidates = edgesOnPorts(plan, index, ports)
  if (candidates.every((edge) => plan.conditions[edge] === undefined)) return candidates
  if (!scope.complete) await scope.load((id) => candidates.some((edge) => plan.conditionTouches[edge]?.(id)))
  const id = plan.graph.nodes[index]?.id ?? ''
  const own = output === undefined ? { status: 'completed' } : { status: 'completed', output }
  const view = { ...scope.view, steps: { ...scope.view.steps, [id]: own } }
  const taken: number[] = []
  for (const edge of candidates) {
    const condition = plan.conditions[edge]
    if (condition === undefined || isTruthy(await condition.evaluate(view, onNote))) taken.push(edge)
  }
  return taken
}

const erroredBy = (error: unknown): StepOutcome => ({ kind: 'errored', error: toStepError(error) })
