import type { Body } from '../graph/bodies.js'
import type { Graph } from '../graph/graph.js'
import type { Scope, StepState } from './state.js'

export const createScope = (body: Body, container: StepState | null, index: number): Scope => ({
  body,
  container,
  index,
  prefix: container === null ? '' : `${container.path}[${index}].`,
  steps: [],
  edges: [],
  running: 0,
  open: 0,
  unresolved: body.nodeCount - body.compensators.length,
  error: null,
})

/** Apart from making it, since its steps point at the scope itself. */
export function fillScope(scope: Scope, graph: Graph): void {
  const { firstNode, nodeCount, edgeCount } = scope.body
  for (let node = firstNode; node < firstNode + nodeCount; node++)
    scope.steps.push(createStep(scope, graph.nodes[node]!.id, node, graph.incoming(node).length))
  for (let edge = 0; edge < edgeCount; edge++) scope.edges.push('pending')
}

const createStep = (scope: Scope, id: string, node: number, pendingEdges: number): StepState => ({
  node,
  path: scope.prefix + id,
  scope,
  status: 'pending',
  attempt: 0,
  failures: 0,
  pendingEdges,
  takenEdges: 0,
  begunBy: null,
  output: undefined,
  outputRef: undefined,
  error: null,
  wait: null,
  retryAt: null,
  refusedSince: null,
  startedAt: null,
  finishedAt: null,
  logLines: 0,
  inside: null,
})

/** Nothing may start in it any more: it, or something it is part of, has failed or is over. At most MAX_DEPTH looks. */
export function isStopped(scope: Scope): boolean {
  for (let each: Scope | undefined = scope; each !== undefined; each = each.container?.scope) {
    if (each.error !== null) return true
    if (each.container === null) return false
    const { inside }: StepState = each.container
    if (inside === null || inside.error !== null || inside.scopes.get(each.index) !== each) return true
  }
  return false
}

export function stepIn(scope: Scope, node: number): StepState | undefined {
  return scope.steps[node - scope.body.firstNode]
}

const HOLDER = /([^.[]+)\[(\d+)\]\./g

/** The containers around a step with this prefix, from the outside in, each with which of its items. */
export const holdersOf = (prefix: string): { id: string; index: number }[] =>
  [...prefix.matchAll(HOLDER)].map(([, id, index]) => ({ id: id!, index: Number(index) }))

/** The scope that a path leads into; undefined when it is over, or never was. `prefix` as in `Scope`. */
function scopeAt(run: Scope, graph: Graph, prefix: string): Scope | undefined {
  let scope: Scope | undefined = run
  for (const { id, index } of holdersOf(prefix)) {
    const node = graph.indexOf(id)
    const container: StepState | undefined = node === undefined ? undefined : stepIn(scope, node)
    scope = container?.inside?.scopes.get(index)
    if (scope === undefined) return undefined
  }
  return scope
}

/** What a step's path begins with: the `prefix` of its scope. */
export const prefixOf = (path: string): string => path.slice(0, path.lastIndexOf('.') + 1)

/** The step at a path; undefined when there is none, or its item is over. */
export function stepAt(run: Scope & { readonly graph: Graph }, path: string): StepState | undefined {
  const { graph } = run
  const node = graph.nodeAt(path)
  if (node === undefined) return undefined
  const prefix = prefixOf(path)
  const scope = prefix === '' ? run : scopeAt(run, graph, prefix)
  const step = scope === undefined ? undefined : stepIn(scope, node)
  return step?.path === path ? step : undefined
}

/** Every step there is at the moment, what is inside of a container before the container. */
function* allSteps(scope: Scope): Generator<StepState> {
  for (const step of scope.steps) {
    if (step.inside !== null) for (const inner of step.inside.scopes.values()) yield* allSteps(inner)
    yield step
  }
}

/** Those that run or wait, as they are now: events may take containers away while the caller goes through them. */
export const openSteps = (scope: Scope): StepState[] =>
  [...allSteps(scope)].filter(({ status }) => status === 'running' || status === 'waiting')
