import type { Definition, DefinitionProblem } from '@millrace/contracts'
import type { ExpressionChecker, NodeCatalogue } from '../catalogue.js'
import { checkCompensations } from './check-compensations.js'
import { checkEdges } from './check-edges.js'
import { checkExpressions } from './check-expressions.js'
import { checkNodes } from './check-nodes.js'
import { checkStructure } from './check-structure.js'
import { checkTexts, withoutHidden } from './check-texts.js'
import { neighboursOf } from './neighbours.js'
import { readShape } from './read-shape.js'
import { finish, flatMapInTurns, type InTurns } from './turns.js'

export interface Validation {
  /** Present when the shape is right, whatever else is wrong with it. */
  readonly definition: Definition | undefined
  /** Empty: it may be published. */
  readonly problems: readonly DefinitionProblem[]
}

/**
 * Everything wrong with a definition, at once; where its shape is broken, what can be read is checked all the same.
 * Linear in nodes and edges, but for one pass over them per 32 steps that expressions read.
 */
export const validateDefinition = (
  input: unknown,
  catalogue: NodeCatalogue,
  expressions: ExpressionChecker,
): Validation => finish(validateInTurns(input, catalogue, expressions))

/** The same piece by piece: a definition of 10,000 nodes takes long, and a process has others to serve meanwhile. */
export function* validateInTurns(
  input: unknown,
  catalogue: NodeCatalogue,
  expressions: ExpressionChecker,
): InTurns<Validation> {
  const shape = yield* readShape(input)
  if (shape.problems.some(({ code }) => code === 'TOO_LARGE'))
    return { definition: undefined, problems: shape.problems }
  const neighbours = neighboursOf(shape)
  const texts = checkTexts(input, shape)
  const problems = [
    ...texts,
    ...shape.problems,
    ...(yield* checkNodes(shape, catalogue)),
    ...(yield* checkEdges(shape, catalogue)),
    ...(yield* checkCompensations(shape, catalogue)),
    ...(yield* checkStructure(shape, neighbours, catalogue)),
    ...(yield* checkExpressions(shape, neighbours, catalogue, expressions)),
  ]
  return { definition: shape.definition, problems: yield* withoutRepeats(withoutHidden(problems, texts)) }
}

/** Node types look for secrets in their params themselves: one answer for one place. */
function* withoutRepeats(problems: readonly DefinitionProblem[]): InTurns<DefinitionProblem[]> {
  const seen = new Set<string>()
  return yield* flatMapInTurns(problems, (each) => {
    const { pointer, code, message } = each
    const key = JSON.stringify([pointer, code, code === 'SECRET_NOT_ALLOWED' ? '' : message])
    if (seen.has(key)) return []
    seen.add(key)
    return [each]
  })
}
