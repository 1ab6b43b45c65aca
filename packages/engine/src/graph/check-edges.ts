import { type DefinitionProblem, ERROR_PORT, type Node } from '@millrace/contracts'
import type { NodeCatalogue } from '../catalogue.js'
import { listNames, problem } from './problem.js'
import type { EdgeAt, NodeAt, Shape } from './read-shape.js'
import { Suggestions } from './suggestions.js'
import { flatMapInTurns, type InTurns } from './turns.js'

/** Ports that a hint lists at most. */
const LISTED_PORTS = 20

/** Each edge by itself: both ends, its port, its twin; and the error edges that `onError: route` needs. */
export function* checkEdges(shape: Shape, catalogue: NodeCatalogue): InTurns<DefinitionProblem[]> {
  const byId = new Map(shape.nodes.map((each) => [each.node.id, each]))
  const ids = new Suggestions([...byId.keys()])
  const ports = new Ports(catalogue)
  const seen = new Set<string>()
  const problems = yield* flatMapInTurns(shape.edges, (each) => {
    const { from, port, to } = each.edge
    const key = JSON.stringify([from, port, to])
    const twin = seen.has(key)
    seen.add(key)
    return [
      ...(twin ? [duplicateEdge(each)] : []),
      ...checkEnds(each, byId, ids, shape.complete),
      ...checkTarget(each, byId.get(to)?.node, catalogue),
      ...(each.hasPort ? ports.check(each, byId.get(from)?.node) : []),
    ]
  })
  return [...problems, ...checkErrorEdges(shape)]
}

function duplicateEdge({ at, edge }: EdgeAt): DefinitionProblem {
  const message = `There is a second edge ${edge.from}.${edge.port} → ${edge.to}`
  return problem(`${at}`, 'DUPLICATE_EDGE', message, 'Remove one of the two.')
}

function checkEnds(
  { at, within, edge }: EdgeAt,
  byId: ReadonlyMap<string, NodeAt>,
  ids: Suggestions,
  complete: boolean,
): DefinitionProblem[] {
  // A node that could not be read may be the one that is meant.
  if (!complete) return []
  return (['from', 'to'] as const).flatMap((end) => {
    const node = byId.get(edge[end])
    if (node?.within === within) return []
    if (node !== undefined)
      return [problem(`${at}/${end}`, 'DANGLING_EDGE', `${edge[end]} is not in the same body`, CROSSING_HINT)]
    const hint = `${ids.didYouMean(edge[end])}Name an existing node, or remove the edge.`
    return [problem(`${at}/${end}`, 'DANGLING_EDGE', `There is no node ${edge[end]}`, hint)]
  })
}

const CROSSING_HINT = 'Edges stay within a body: lead it to the container, or to a node beside this one.'

function checkTarget(
  { at }: EdgeAt,
  target: Node | undefined,
  catalogue: NodeCatalogue,
): DefinitionProblem[] {
  if (target === undefined || !catalogue.get(target.type)?.trigger) return []
  const message = `${target.id} is a trigger and takes no edge`
  return [problem(`${at}/to`, 'EDGE_INTO_TRIGGER', message, 'Lead the edge to another node.')]
}

/** The ports of nodes, worked out once a node: a switch may have many cases, and an edge for each. */
class Ports {
  readonly #known = new Map<Node, ReadonlySet<string> | undefined>()

  constructor(private readonly catalogue: NodeCatalogue) {}

  check({ at, edge }: EdgeAt, from: Node | undefined): DefinitionProblem[] {
    const ports = from === undefined ? undefined : this.#portsOf(from)
    if (ports === undefined || ports.has(edge.port)) return []
    const needsRoute = edge.port === ERROR_PORT ? ' The error port needs onError: route.' : ''
    const hint = `It has: ${listNames([...ports], LISTED_PORTS)}.${needsRoute}`
    return [problem(`${at}/port`, 'UNKNOWN_PORT', `${edge.from} has no port ${edge.port}`, hint)]
  }

  #portsOf(node: Node): ReadonlySet<string> | undefined {
    if (this.#known.has(node)) return this.#known.get(node)
    const named = this.catalogue.get(node.type)?.ports(node.params)
    const ports =
      named === undefined ? undefined : new Set(node.onError === 'route' ? [...named, ERROR_PORT] : named)
    this.#known.set(node, ports)
    return ports
  }
}

function checkErrorEdges({ nodes, edges, complete }: Shape): DefinitionProblem[] {
  if (!complete) return []
  const routed = new Set(edges.filter(({ edge }) => edge.port === ERROR_PORT).map(({ edge }) => edge.from))
  return nodes
    .filter(({ node }) => node.onError === 'route' && !routed.has(node.id))
    .map(({ at, node }) =>
      problem(
        `${at}/onError`,
        'MISSING_ERROR_EDGE',
        `${node.id} routes its errors, but no edge leaves its error port`,
        'Add an edge with "port": "error", or change onError.',
      ),
    )
}
