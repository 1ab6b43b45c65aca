import type { Json } from '@millrace/contracts'
import { type Definition, ERROR_PORT, MAIN_PORT, type Node, node } from '@millrace/contracts'
import { buildGraph, type Graph } from '@millrace/engine'
import {
  type CompiledExpression,
  type CompiledTemplate,
  compileExpression,
  compileKey,
  compileTemplate,
  type Scope,
} from '@millrace/expressions'
import {
  listReader,
  type NodeType,
  nodeCatalogue,
  nodeLibrary,
  rawParams,
  urlParams,
  webhookRoutes,
} from '@millrace/nodes'
import type { DebounceRequest, RateRequest, SlotRequest } from '@millrace/run-store'
import { type Touches, touchesOf } from './touches.js'

/** A version made ready to run: compiled once, shared by all its runs (immutable). */
export interface Plan {
  readonly versionId: string
  readonly workflow: { readonly id: string; readonly name: string; readonly version: number | null }
  readonly definition: Definition
  readonly graph: Graph
  readonly nodes: readonly NodePlan[]
  /** By index of the container: bodies whose items may be worked out without an event for each. */
  readonly instantBodies: ReadonlyMap<number, Plan>
  /** By edge index; undefined where the edge has no condition. */
  readonly conditions: readonly (CompiledExpression | undefined)[]
  /** By edge index: the steps whose outputs its condition may read. */
  readonly conditionTouches: readonly Touches[]
  /** Undefined for a workflow of which any number may run. */
  readonly concurrency: ConcurrencyPlan | undefined
  /** When its runs may begin; undefined: at once. */
  readonly debounce: DebouncePlan | undefined
  readonly rateLimit: RatePlan | undefined
  /** Ids of the triggers whose callers wait for the run's answer. */
  readonly awaited: ReadonlySet<string>
  /** Nodes that wait for a call of their resume URL. */
  readonly resumable: readonly number[]
}

interface Keyed {
  /** Throws the errors of an expression. */
  key(scope: Scope): Promise<string>
}
export interface ConcurrencyPlan extends Keyed, Pick<SlotRequest, 'limit' | 'whenFull'> {}
interface DebouncePlan extends Keyed, Omit<DebounceRequest, 'key'> {}
interface RatePlan extends Keyed, Omit<RateRequest, 'key'> {
  readonly whenFull: 'delay' | 'reject'
}

export interface NodePlan {
  readonly type: NodeType
  readonly template: CompiledTemplate
  /** Makes lists of what templates give where the type wants lists; undefined where there is none. */
  readonly lists: ((resolved: Json) => Json) | undefined
  /** Params that hold source text, handed to the node as they are. */
  readonly raw: Record<string, Json>
  /** Ids of the steps right before, in the order of the edges; of what undoes another, that one. */
  readonly before: readonly string[]
  /** The steps whose outputs it may read. */
  readonly touches: Touches
  /** Parsed once where nothing is left to resolve. */
  readonly constant: unknown
}

export interface VersionRow {
  readonly versionId: string
  readonly workflowId: string
  readonly name: string
  /** Null in the snapshot of a test run. */
  readonly number: number | null
  readonly definition: Definition
}

export function compilePlan(version: VersionRow): Plan {
  const { definition } = version
  const graph = buildGraph(definition, nodeCatalogue())
  return {
    versionId: version.versionId,
    workflow: { id: version.workflowId, name: version.name, version: version.number },
    definition,
    graph,
    nodes: graph.nodes.map((node, index) =>
      compileNode(
        node.type,
        node.params,
        index < definition.nodes.length ? `/nodes/${index}/params` : `${node.id}/params`,
        stepsBefore(graph, index),
      ),
    ),
    instantBodies: compileInstantBodies(version, graph.nodes),
    conditions: graph.edges.map((edge) =>
      edge.when === undefined ? undefined : compileExpression(edge.when),
    ),
    conditionTouches: graph.edges.map(({ when }) => touchesOf(when ?? '')),
    concurrency: compileConcurrency(definition),
    ...compileStartPolicies(definition),
    awaited: new Set(
      webhookRoutes(definition).flatMap(({ nodeId, respond }) => (respond === 'result' ? [nodeId] : [])),
    ),
    resumable: graph.nodes.flatMap(({ type, params }, index) =>
      type === 'flow.wait' && params.for === 'resume' ? [index] : [],
    ),
  }
}

function stepsBefore(graph: Graph, node: number): string[] {
  const owner = graph.ownerOf(node)
  if (owner !== undefined) return [graph.nodes[owner]!.id]
  return [...new Set(graph.incoming(node).map((edge) => graph.edges[edge]!.from))]
}

function compileConcurrency({ settings }: Definition): ConcurrencyPlan | undefined {
  if (settings.concurrency === undefined) return undefined
  const { limit, whenFull, key } = settings.concurrency
  return { limit, whenFull, key: compileKey(key, '/settings/concurrency') }
}

function compileStartPolicies({ settings }: Definition): Pick<Plan, 'debounce' | 'rateLimit'> {
  const { debounce, rateLimit } = settings
  return {
    debounce: debounce && {
      waitMs: debounce.waitMs,
      maxWaitMs: debounce.maxWaitMs,
      key: compileKey(debounce.key, '/settings/debounce'),
    },
    rateLimit: rateLimit && { ...rateLimit, key: compileKey(rateLimit.key, '/settings/rateLimit') },
  }
}

/** No id that an author may give. */
export const ITEM_TRIGGER = '0'

/** Each as a workflow of its own, which an item triggers. */
function compileInstantBodies(version: VersionRow, nodes: readonly Node[]): Map<number, Plan> {
  const plans = new Map<number, Plan>()
  for (const [index, { body }] of nodes.entries()) {
    if (body === undefined || !body.nodes.every(isInstant)) continue
    const entered = new Set(body.edges.map(({ to }) => to))
    const entries = body.nodes.filter(({ id }) => !entered.has(id))
    const trigger = node.parse({ id: 'item', type: 'trigger.manual' })
    const definition: Definition = {
      ...version.definition,
      nodes: [{ ...trigger, id: ITEM_TRIGGER }, ...body.nodes],
      edges: [...entries.map(({ id }) => ({ from: ITEM_TRIGGER, to: id, port: MAIN_PORT })), ...body.edges],
    }
    plans.set(index, compilePlan({ ...version, definition }))
  }
  return plans
}

const isInstant = ({ type, retry, timeoutMs, body, compensate }: Node): boolean =>
  nodeLibrary.get(type)?.instant === true &&
  retry === undefined &&
  timeoutMs === undefined &&
  body === undefined &&
  // What it did is found in the events.
  compensate === undefined

function compileNode(
  typeName: string,
  params: Record<string, Json>,
  pointer: string,
  before: readonly string[],
): NodePlan {
  const type = nodeLibrary.get(typeName)
  if (type === undefined) throw new Error(`node type ${typeName} is not in this worker's library`)
  const rawNames = new Set(rawParams(typeName))
  const raw: Record<string, Json> = {}
  const resolved: Record<string, Json> = {}
  for (const [name, value] of Object.entries(params)) (rawNames.has(name) ? raw : resolved)[name] = value
  const template = compileTemplate(resolved, pointer, urlParams(typeName))
  const parsed = template.constant ? type.params.safeParse(params) : undefined
  return {
    type,
    template,
    lists: template.constant ? undefined : listReader(type.params, resolved),
    raw,
    before,
    touches: touchesOf(params, type.readsInputs === true ? before : []),
    constant: parsed?.success ? parsed.data : undefined,
  }
}

/** Edges out of a node on the given ports, before their conditions. */
export function edgesOnPorts(plan: Plan, node: number, ports: readonly string[] = [MAIN_PORT]): number[] {
  const { edges } = plan.graph
  return plan.graph.outgoing(node).filter((edge) => ports.includes(edges[edge]?.port ?? MAIN_PORT))
}

/** The ports whose edges a failure of this node takes. */
export function failurePorts(plan: Plan, node: number): readonly string[] {
  const onError = plan.graph.nodes[node]?.onError
  return onError === 'route' ? [ERROR_PORT] : onError === 'continue' ? [MAIN_PORT] : []
}
