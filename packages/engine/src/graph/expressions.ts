import type { Node } from '@millrace/contracts'
import type { ExpressionChecker, ExpressionFacts, NodeCatalogue } from '../catalogue.js'
import type { Neighbours } from './neighbours.js'
import type { Shape } from './read-shape.js'
import { titleOf, WORKFLOW_TITLES } from './titles.js'
import { flatMapInTurns, type InTurns } from './turns.js'

/** An expression and where it stands. */
export interface Found {
  readonly pointer: string
  /** What its field is called: asked for only where there is something to say. */
  readonly title: () => string
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
export function* findExpressions(
  shape: Shape,
  neighbours: Neighbours,
  catalogue: NodeCatalogue,
  expressions: ExpressionChecker,
): InTurns<Found[]> {
  const inParams = yield* flatMapInTurns(shape.nodes, (placed, node) =>
    findInParams(placed, node, catalogue, expressions),
  )
  const onEdges = yield* flatMapInTurns(shape.edges, ({ at, edge }): Found[] => {
    if (edge.when === undefined) return []
    const facts = expressions.inspectExpression(edge.when)
    return [
      {
        pointer: `${at}/when`,
        title: condition,
        facts,
        when: 'node_ends',
        node: neighbours.indexOf(edge.from),
      },
    ]
  })
  return [...inParams, ...onEdges, ...inSettings(shape, expressions)]
}

/** Templates of the params, and those params that are expressions themselves. */
function* findInParams(
  { at, node }: Shape['nodes'][number],
  position: number,
  catalogue: NodeCatalogue,
  expressions: ExpressionChecker,
): Generator<Found> {
  const type = catalogue.get(node.type)
  const titled = (pointer: string) => ({
    pointer: `${at}/params${pointer}`,
    title: () => type?.fieldTitle?.(pointer) ?? titleOf(pointer.slice(pointer.lastIndexOf('/') + 1)),
  })
  const raw = type?.rawParams?.filter((name) => name in node.params) ?? []
  const templates = raw.length === 0 ? node.params : without(node.params, raw)
  for (const facts of expressions.inspectParams(templates))
    yield { ...titled(facts.pointer), facts, when: 'node_starts', node: position }
  if (raw.length === 0) return
  // A container evaluates its own expressions once its body has run.
  const when = type?.container === true ? 'body_ends' : 'node_starts'
  for (const { pointer, source } of type?.rawExpressions?.(node.params) ?? []) {
    const facts = expressions.inspectExpression(source)
    yield { ...titled(pointer), facts, when, node: position }
  }
}

const condition = (): string => 'Condition'

const without = (params: Node['params'], names: readonly string[]): Node['params'] =>
  Object.fromEntries(Object.entries(params).filter(([name]) => !names.includes(name)))

function inSettings({ definition }: Shape, expressions: ExpressionChecker): Found[] {
  const settings = definition?.settings
  return (['concurrency', 'rateLimit', 'debounce'] as const).flatMap((policy) => {
    const key = settings?.[policy]?.key
    if (key === undefined) return []
    const pointer = `/settings/${policy}/key`
    const title = () => `${titleOf('key')} of ${WORKFLOW_TITLES[policy]?.toLowerCase()}`
    return expressions
      .inspectParams({ key })
      .map((facts) => ({ pointer, title, facts, when: 'run_starts' as const, node: undefined }))
  })
}
