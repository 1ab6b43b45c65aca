import { type DefinitionProblem, type Edge, ERROR_PORT, type Node } from '@millrace/contracts'
import type { NodeCatalogue } from '../catalogue.js'
import { didYouMean, problem } from './problem.js'
import type { Shape } from './read-shape.js'

/** Each edge by itself: both ends, its port, its twin; and the error edges that `onError: route` needs. */
export function checkEdges({ nodes, edges }: Shape, catalogue: NodeCatalogue): DefinitionProblem[] {
  const byId = new Map(nodes.map(({ node }) => [node.id, node]))
  const seen = new Set<string>()
  const routed = new Set<string>()
  const problems = edges.flatMap(({ at, edge }) => {
    const key = JSON.stringify([edge.from, edge.port, edge.to])
    const twin = seen.has(key)
    seen.add(key)
    if (edge.port === ERROR_PORT) routed.add(edge.from)
    return [
      ...(twin
        ? [
            problem(
              `/edges/${at}`,
              'DUPLICATE_EDGE',
              `a second edge ${describe(edge)}`,
              'Remove one of the two.',
            ),
          ]
        : []),
      ...checkEnds(edge, at, byId, catalogue),
    ]
  })
  for (const { at, node } of nodes) {
    if (node.onError !== 'route' || routed.has(node.id)) continue
    const message = `${node.id} routes its errors, but no edge leaves its error port`
    problems.push(
      problem(
        `/nodes/${at}/onError`,
        'MISSING_ERROR_EDGE',
        message,
        'Add an edge with "port": "error", or change onError.',
      ),
    )
  }
  return problems
}

const describe = ({ from, port, to }: Edge): string => `${from}.${port} → ${to}`

function checkEnds(
  edge: Edge,
  at: number,
  byId: ReadonlyMap<string, Node>,
  catalogue: NodeCatalogue,
): DefinitionProblem[] {
  const problems: DefinitionProblem[] = []
  const from = byId.get(edge.from)
  const to = byId.get(edge.to)
  for (const end of ['from', 'to'] as const) {
    if (byId.has(edge[end])) continue
    const hint = `${didYouMean(edge[end], byId.keys())}Name an existing node, or remove the edge.`
    problems.push(problem(`/edges/${at}/${end}`, 'DANGLING_EDGE', `there is no node ${edge[end]}`, hint))
  }
  if (to !== undefined && catalogue.get(to.type)?.trigger) {
    problems.push(
      problem(
        `/edges/${at}/to`,
        'EDGE_INTO_TRIGGER',
        `${to.id} is a trigger and takes no edge`,
        'Lead the edge to another node.',
      ),
    )
  }
  const ports = from === undefined ? undefined : portsOf(from, catalogue)
  if (ports !== undefined && !ports.includes(edge.port)) {
    const hint = `It has: ${ports.join(', ')}.${edge.port === ERROR_PORT ? ' The error port needs onError: route.' : ''}`
    problems.push(problem(`/edges/${at}/port`, 'UNKNOWN_PORT', `${edge.from} has no port ${edge.port}`, hint))
  }
  return problems
}

function portsOf(node: Node, catalogue: NodeCatalogue): readonly string[] | undefined {
  const ports = catalogue.get(node.type)?.ports(node.params)
  return ports === undefined || node.onError !== 'route' ? ports : [...ports, ERROR_PORT]
}
