import type { Definition, DefinitionProblem } from '@millrace/contracts'
import type { ExpressionChecker, NodeCatalogue } from '../catalogue.js'
import { checkEdges } from './check-edges.js'
import { checkExpressions } from './check-expressions.js'
import { checkNodes } from './check-nodes.js'
import { checkStructure, neighboursOf } from './check-structure.js'
import { readShape } from './read-shape.js'

export interface Validation {
  /** Present when the shape is right, whatever else is wrong with it. */
  readonly definition: Definition | undefined
  /** Empty: it may be published. */
  readonly problems: readonly DefinitionProblem[]
}

/** Everything wrong with a definition, at once. Linear in nodes and edges. */
export function validateDefinition(
  input: unknown,
  catalogue: NodeCatalogue,
  expressions: ExpressionChecker,
): Validation {
  const shape = readShape(input)
  if (shape.problems.some(({ code }) => code === 'TOO_LARGE'))
    return { definition: undefined, problems: shape.problems }
  const neighbours = neighboursOf(shape)
  return {
    definition: shape.definition,
    problems: [
      ...shape.problems,
      ...checkNodes(shape, catalogue),
      ...checkEdges(shape, catalogue),
      ...checkStructure(shape, neighbours, catalogue),
      ...checkExpressions(shape, neighbours, catalogue, expressions),
    ],
  }
}
