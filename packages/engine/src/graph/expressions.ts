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
export function findExpressions(
  shape: Shape,
  neighbours: Neighbours,
  catalogue: NodeCatalogue,
  expressions: ExpressionChecker,
): Found[] {
  const found: Found[] = []
  for (const [node, placed] of shape.nodes.entries()) addParams(found, placed, node, catalogue, expressions)
  for (const { at, edge } of shape.edges) {
    if (edge.when === undefined) continue
    const facts = expressions.inspectExpression(edge.when)
    found.push({ pointer: `${at}/when`, facts, when: 'node_ends', node: neighbours.indexOf(edge.from) })
  }
  found.push(...inSettings(shape, expressions))
  return found
}

/** Templates of the params, and those params that are expressions themselves. */
function addParams(
  found: Found[],
  { at, node }: Shape['nodes'][number],
  position: number,
  catalogue: NodeCatalogue,
  expressions: ExpressionChecker,
): void {
  const type = catalogue.get(node.type)
  const raw = type?.rawParams?.filter((name) => name in node.params) ?? []
  const templates = raw.length === 0 ? node.params : without(node.params, raw)
  for (const facts of expressions.inspectParams(templates))
    found.push({ pointer: `${at}/params${facts.pointer}`, facts, when: 'node_starts', node: position })
  if (raw.length === 0) return
  // A container evaluates its own expressions once its body has run.
  const when = type?.container === true ? 'body_ends' : 'node_starts'
  for (const { pointer, source } of type?.rawExpressions?.(node.params) ?? [])
    found.push({
      pointer: `${at}/params${pointer}`,
      facts: expressions.inspectExpression(source),
      when,
      node: position,
    })
}

const without = (params: Node['params'], names: readonly string[]): Node['params'] =>
  Object.fromEntries(Object.entries(params).filter(([name]) => !names.includes(name)))

function inSettings({ definition }: Shape, expressions: ExpressionChecker): Found[] {
  const settings = definition?.settings
  return (['concurrency', 'rateLimit', 'debounce'] as const).flatMap((policy) => {
    const key = settings?.[policy]?.key
    if (key === undefined) return []
    const pointer = `/settings/${policy}/key`
    return expressions
      .inspectParams({ key })
      .map((facts) => ({ pointer, facts, when: 'run_starts' as const, node: undefined }))
  })
}
