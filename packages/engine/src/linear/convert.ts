import {
  type DefinitionInput,
  type DefinitionProblem,
  ERROR_PORT,
  type Json,
  MAIN_PORT,
} from '@millrace/contracts'
import { problem, toPointer } from '../graph/problem.js'
import { type LinearForm, type LinearRetry, type LinearStep, linearForm, nodeTypeOf } from './linear-form.js'
import { nodeIds } from './node-ids.js'

export interface Conversion {
  readonly definition: DefinitionInput | undefined
  readonly problems: readonly DefinitionProblem[]
}

type NodeInput = DefinitionInput['nodes'][number]
type EdgeInput = DefinitionInput['edges'][number]

export const isLinearDefinition = (input: unknown): boolean =>
  typeof input === 'object' && input !== null && 'steps' in input && !('nodes' in input)

/** The linear form as `millrace/v1`. What the result holds is validated like any other definition. */
export function convertLinear(input: unknown): Conversion {
  const parsed = linearForm.safeParse(input)
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) =>
      problem(
        toPointer(issue.path),
        'INVALID_SHAPE',
        issue.message,
        'See the linear form for what stands here.',
      ),
    )
    return { definition: undefined, problems }
  }
  return convert(parsed.data)
}

function convert(form: LinearForm): Conversion {
  const names = form.steps.map((step, index) => step.id ?? step.name ?? `step${index + 1}`)
  const ids = nodeIds(names)
  const find = (name: string): string | undefined => ids[names.indexOf(name)]
  const problems: DefinitionProblem[] = []
  const edges: EdgeInput[] = []
  const connect = (from: string, name: string, port: string, pointer: string) => {
    const to = find(name)
    if (to === undefined)
      problems.push(problem(pointer, 'DANGLING_EDGE', `there is no step ${name}`, 'Name an existing step.'))
    else edges.push({ from, to, port })
  }
  const errorTargets = new Set(form.steps.map(({ onError }) => onError).filter((name) => name !== undefined))
  form.steps.forEach((step, index) => {
    const from = ids[index]!
    for (const [port, name] of successorsOf(form, names, index, errorTargets))
      connect(from, name, port, `/steps/${index}/next`)
    if (routesErrors(step)) connect(from, step.onError, ERROR_PORT, `/steps/${index}/onError`)
  })
  const nodes = form.steps.map((step, index) => toNode(step, ids[index]!))
  const start = triggerOf(form, nodes, ids)
  if (start !== undefined) {
    if (ids[0] !== undefined) edges.unshift({ from: start.id, to: ids[0] })
    nodes.unshift(start)
  }
  if (problems.length > 0) return { definition: undefined, problems }
  const { name, description } = form
  return {
    definition: {
      format: 'millrace/v1',
      name,
      ...(description === undefined ? {} : { description }),
      nodes,
      edges,
    },
    problems,
  }
}

/** `next`, or the step that stands behind; one that only catches errors is not fallen into. */
function successorsOf(
  form: LinearForm,
  names: readonly string[],
  index: number,
  errorTargets: ReadonlySet<string>,
): [port: string, name: string][] {
  const { next } = form.steps[index]!
  if (next === null) return []
  if (typeof next === 'string') return [[MAIN_PORT, next]]
  if (Array.isArray(next)) return next.map((name) => [MAIN_PORT, name])
  if (next !== undefined) return Object.entries(next)
  const behind = names[index + 1]
  return behind === undefined || errorTargets.has(behind) ? [] : [[MAIN_PORT, behind]]
}

const routesErrors = (step: LinearStep): step is LinearStep & { onError: string } =>
  step.onError !== undefined && step.onError !== 'fail' && step.onError !== 'continue'

function toNode(step: LinearStep, id: string): NodeInput {
  const timeoutMs = step.timeoutMs ?? step.timeout
  return {
    id,
    type: nodeTypeOf(step.type),
    ...(step.name === undefined ? {} : { name: step.name }),
    params: step.params ?? step.config ?? {},
    ...(step.retryPolicy === undefined ? {} : { retry: toRetry(step.retryPolicy) }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    onError: routesErrors(step) ? 'route' : step.onError === 'continue' ? 'continue' : 'fail',
  }
}

function toRetry(policy: LinearRetry): NonNullable<NodeInput['retry']> {
  const { maxAttempts, maxRetries, maxDelayMs } = policy
  const kind = policy.backoff ?? policy.strategy
  const delayMs = policy.delayMs ?? policy.initialDelayMs ?? policy.delay
  return {
    maxAttempts: maxAttempts ?? (maxRetries === undefined ? 3 : maxRetries + 1),
    backoff: kind === 'fixed' || kind === 'linear' ? kind : 'exponential',
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(maxDelayMs === undefined ? {} : { maxDelayMs }),
  }
}

/** The form's own trigger, or a manual one; undefined when the first step is a trigger itself. */
function triggerOf(
  form: LinearForm,
  nodes: readonly NodeInput[],
  ids: readonly string[],
): NodeInput | undefined {
  if (form.trigger === undefined && nodes.some(({ type }) => type.startsWith('trigger.'))) return undefined
  const { type, ...rest }: { type: string; [member: string]: Json } = form.trigger ?? {
    type: 'trigger.manual',
  }
  const mapped = nodeTypeOf(type)
  const params = asParams(rest.params ?? rest.config) ?? rest
  return {
    id: ids.includes('start') ? 'start_1' : 'start',
    type: mapped.includes('.') ? mapped : `trigger.${mapped}`,
    params,
  }
}

const asParams = (value: Json | undefined): Record<string, Json> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
