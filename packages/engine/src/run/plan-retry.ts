import { ERROR_PORT, MAIN_PORT, stringifyJson } from '@millrace/contracts'
import type { NodeCatalogue } from '../catalogue.js'
import { sortKeys } from '../graph/canonical.js'
import type { Graph } from '../graph/graph.js'
import { plain } from '../graph/plain.js'

/** How a step of the finished run ended, as far as that may be kept. */
export interface PastOutcome {
  /** Indices into the edges of its version. */
  readonly taken: readonly number[]
  /** A failure that was handled; false for a completed step. */
  readonly failed: boolean
  /** What it did has been undone, or may have been. */
  readonly undone?: boolean
}

/** Where a retry begins: everything again, what did not end well, or one node and all that comes after it. */
export type RetryFrom =
  | { readonly kind: 'start' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'step'; readonly node: number }

export interface KeptStep {
  readonly path: string
  /** Indices into the edges of the new version; undefined: its main port, to be worked out. */
  readonly taken: readonly number[] | undefined
}

export interface PlannedRetry {
  /** In topological order, the fired trigger left out. */
  readonly reused: readonly KeptStep[]
  /** Node indices of the new version, in topological order, triggers left out. */
  readonly runs: readonly number[]
  /** The edges the trigger took; undefined when they are to be worked out anew. */
  readonly trigger: readonly number[] | undefined
}

/**
 * Which outcomes of a finished run a linked run keeps. A step is kept when it ended well, nothing before it is
 * forced to run again, and it and everything upstream are the same in both versions. What has been undone runs again,
 * with all that comes after it. `outcomes` by path.
 */
export function planRetry(
  before: Graph,
  after: Graph,
  trigger: string,
  outcomes: ReadonlyMap<string, PastOutcome>,
  from: RetryFrom,
  catalogue: NodeCatalogue,
): PlannedRetry {
  const again = forced(after, from, outcomes)
  const same = before === after ? undefined : unchangedNodes(before, after)
  const reused: KeptStep[] = []
  const runs: number[] = []
  let fired: readonly number[] | undefined
  for (const node of after.order) {
    const { id } = after.nodes[node]!
    const outcome = outcomes.get(id)
    const mayKeep = outcome !== undefined && (same?.has(node) ?? true)
    const kept = mayKeep ? keep(before, after, node, outcome, catalogue) : undefined
    if (id === trigger) fired = kept?.taken
    else if (after.isTrigger(node) || after.ownerOf(node) !== undefined) continue
    else if (kept !== undefined && !again.has(node)) reused.push(kept)
    else runs.push(node)
  }
  return { reused, runs, trigger: fired }
}

function forced(
  graph: Graph,
  from: RetryFrom,
  outcomes: ReadonlyMap<string, PastOutcome>,
): ReadonlySet<number> {
  if (from.kind === 'start') return new Set(graph.order)
  const again = new Set(graph.order.filter((node) => outcomes.get(graph.nodes[node]!.id)?.undone))
  if (from.kind === 'step') again.add(from.node)
  for (const node of graph.order) {
    if (again.has(node)) for (const edge of graph.outgoing(node)) again.add(graph.target(edge))
  }
  return again
}

/** Nodes that are the same in both, with everything upstream of them. */
function unchangedNodes(before: Graph, after: Graph): ReadonlySet<number> {
  const sameVars = canonical(before.definition.vars ?? {}) === canonical(after.definition.vars ?? {})
  const unchanged = new Set<number>()
  for (const node of after.order) {
    const { id } = after.nodes[node]!
    const old = before.indexOf(id)
    if (old === undefined) continue
    const text = content(after, node)
    if (text !== content(before, old) || (!sameVars && /\bvars\b/.test(text))) continue
    const sources = after.incoming(node).map((edge) => after.indexOf(after.edges[edge]!.from))
    if (sources.every((source) => source !== undefined && unchanged.has(source))) unchanged.add(node)
  }
  return unchanged
}

/** What runs at a node: itself, without its name and what would undo it, and the edges that lead to it. */
function content(graph: Graph, node: number): string {
  const { name: _, compensate: __, ...runs } = graph.nodes[node]!
  const incoming = graph.incoming(node).map((edge) => canonical(graph.edges[edge]!))
  return canonical(runs) + incoming.sort().join()
}

/** The outcome on the new version's edges; undefined when nobody can say which of them it takes. */
function keep(
  before: Graph,
  after: Graph,
  node: number,
  outcome: PastOutcome,
  catalogue: NodeCatalogue,
): KeptStep | undefined {
  const { id: path, type, params } = after.nodes[node]!
  if (before === after) return { path, taken: outcome.taken }
  const old = new Map(
    before.outgoing(before.indexOf(path)!).map((edge) => [canonical(before.edges[edge]!), edge]),
  )
  const edges = after.outgoing(node).map((edge) => ({ edge, was: old.get(canonical(after.edges[edge]!)) }))
  if (edges.every(({ was }) => was !== undefined)) {
    const taken = edges.filter(({ was }) => outcome.taken.includes(was!)).map(({ edge }) => edge)
    return { path, taken }
  }
  // An edge that is new: only for a node with nothing to choose is it known which port it emitted on.
  const ports = (catalogue.get(type)?.ports(params) ?? []).filter((port) => port !== ERROR_PORT)
  const chooses = ports.length !== 1 || ports[0] !== MAIN_PORT
  return chooses || outcome.failed ? undefined : { path, taken: undefined }
}

const canonical = (value: object): string => stringifyJson(sortKeys(plain(value)))
