import type { DefinitionProblem, Json, Node } from '@millrace/contracts'
import type { ExpressionChecker, ExpressionFacts, NodeCatalogue } from '../catalogue.js'
import type { Neighbours } from './check-structure.js'
import { didYouMean, problem } from './problem.js'
import type { Shape } from './read-shape.js'

/** Expressions in params, on edges and in settings: their syntax, and that they read only what has run before. */
export function checkExpressions(
  shape: Shape,
  neighbours: Neighbours,
  catalogue: NodeCatalogue,
  expressions: ExpressionChecker,
): DefinitionProblem[] {
  const ids = new Map(shape.nodes.map(({ node }, position) => [node.id, position]))
  const upstream = new Upstream(neighbours)
  const check = (
    facts: ExpressionFacts,
    pointer: string,
    reader: number | undefined,
    mayReadItself: boolean,
  ): DefinitionProblem[] => {
    if (facts.syntaxError !== null) {
      return [
        problem(
          pointer,
          'EXPRESSION_SYNTAX',
          facts.syntaxError,
          'Expressions are JSONata; check brackets, quotes and operators.',
        ),
      ]
    }
    return facts.steps.flatMap((id) => {
      const read = ids.get(id)
      if (read === undefined) {
        return [
          problem(
            pointer,
            'NOT_UPSTREAM',
            `there is no step ${id}`,
            `${didYouMean(id, ids.keys())}Name a step that runs before.`,
          ),
        ]
      }
      if (reader === undefined || (mayReadItself && read === reader) || upstream.leadsTo(read, reader))
        return []
      return [
        problem(
          pointer,
          'NOT_UPSTREAM',
          `${id} does not run before this`,
          `Connect ${id} so that it leads here, or read another step.`,
        ),
      ]
    })
  }
  return [
    ...shape.nodes.flatMap(({ at, node }, position) =>
      paramFacts(node, catalogue, expressions).flatMap((facts) =>
        check(facts, `/nodes/${at}/params${facts.pointer}`, position, false),
      ),
    ),
    ...shape.edges.flatMap(({ at, edge }) =>
      edge.when === undefined
        ? []
        : check(expressions.inspectExpression(edge.when), `/edges/${at}/when`, ids.get(edge.from), true),
    ),
    ...settingFacts(shape, expressions).flatMap((facts) => check(facts, facts.pointer, undefined, false)),
  ]
}

/** Templates of the params, and those params that are expressions themselves. */
function paramFacts(
  node: Node,
  catalogue: NodeCatalogue,
  expressions: ExpressionChecker,
): readonly ExpressionFacts[] {
  const type = catalogue.get(node.type)
  const raw = type?.rawParams ?? []
  if (raw.length === 0) return expressions.inspectParams(node.params)
  const templates: Record<string, Json> = {}
  for (const [name, value] of Object.entries(node.params)) if (!raw.includes(name)) templates[name] = value
  const sources = type?.rawExpressions?.(node.params) ?? []
  return [
    ...expressions.inspectParams(templates),
    ...sources.map(({ pointer, source }) => ({ ...expressions.inspectExpression(source), pointer })),
  ]
}

function settingFacts({ definition }: Shape, expressions: ExpressionChecker): readonly ExpressionFacts[] {
  const key = definition?.settings.concurrency?.key
  if (key === undefined) return []
  return expressions
    .inspectParams({ key })
    .map((facts) => ({ ...facts, pointer: '/settings/concurrency/key' }))
}

/** Which steps a step leads to, worked out once for each step that is read, and only for those. */
class Upstream {
  readonly #reach = new Map<number, Uint8Array>()

  constructor(private readonly neighbours: Neighbours) {}

  leadsTo(from: number, to: number): boolean {
    // Nearly every expression reads a direct predecessor.
    if (this.neighbours.predecessors(to).includes(from)) return true
    let reach = this.#reach.get(from)
    if (reach === undefined) {
      reach = this.#walk(from)
      this.#reach.set(from, reach)
    }
    return reach[to] === 1
  }

  #walk(from: number): Uint8Array {
    const reached = new Uint8Array(this.neighbours.size)
    const open = [...this.neighbours.successors(from)]
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (reached[node] === 1) continue
      reached[node] = 1
      open.push(...this.neighbours.successors(node))
    }
    return reached
  }
}
