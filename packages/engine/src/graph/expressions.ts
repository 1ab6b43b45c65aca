import type { Node } from '@millrace/contracts'
import type { ExpressionChecker, ExpressionFacts, NodeCatalogue } from '../catalogue.js'
import type { Neighbours } from './neighbours.js'
import type { Shape } from './read-shape.js'

/** An expression and where it stands. */
export interface Found {
  readonly pointer: string
  readonly facts: ExpressionFacts
  /**
   * When it is evaluated: as a node starts, as a node ends, as a pass through its body ends, or before any node has
   * started.
   */
  readonly when: 'node_starts' | 'node_ends' | 'body_ends' | 'run_starts'
  /** Position of that node; undefined when there is none. */
  readonly node: number | undefined
}

/** Every expression of a definition: in params, on edges, in settings. */
export const findExpressions = (
  shape: Shape,
  neighbours: Neighbours,
  catalogue: NodeCatalogue,
  expressions: ExpressionChecker,
): Found[] => [
  ...shape.nodes.flatMap(({ at, node }, position) =>
    inParams(node, catalogue, expressions).map(({ when, ...facts }) => ({
      pointer: `${at}/params${facts.pointer}`,
      facts,
      when,
      node: position,
    })),
  ),
  ...shape.edges.flatMap(({ at, edge }) =>
    edge.when === undefined
      ? []
      : [
          {
            pointer: `${at}/when`,
            facts: expressions.inspectExpression(edge.when),
            when: 'node_ends' as const,
            node: neighbours.indexOf(edge.from),
          },
        ],
  ),
  ...inSettings(shape, expressions),
]

/** Templates of the params, and those params that are expressions themselves. */
function inParams(
  node: Node,
  catalogue: NodeCatalogue,
  expressions: ExpressionChecker,
): readonly (ExpressionFacts & Pick<Found, 'when'>)[] {
  const type = catalogue.get(node.type)
  const raw = type?.rawParams ?? []
  const templates =
    raw.length === 0
      ? node.params
      : Object.fromEntries(Object.entries(node.params).filter(([name]) => !raw.includes(name)))
  const sources = raw.length === 0 ? [] : (type?.rawExpressions?.(node.params) ?? [])
  // A container evaluates its own expressions once its body has run.
  const when = type?.container === true ? 'body_ends' : 'node_starts'
  return [
    ...expressions.inspectParams(templates).map((facts) => ({ ...facts, when: 'node_starts' as const })),
    ...sources.map(
      ({ pointer, source }) => ({ ...expressions.inspectExpression(source), pointer, when }) as const,
    ),
  ]
}

function inSettings({ definition }: Shape, expressions: ExpressionChecker): Found[] {
  const key = definition?.settings.concurrency?.key
  if (key === undefined) return []
  const pointer = '/settings/concurrency/key'
  return expressions
    .inspectParams({ key })
    .map((facts) => ({ pointer, facts, when: 'run_starts' as const, node: undefined }))
}
