import {
  type DefinitionProblem,
  type Json,
  MAX_EDGES,
  MAX_NODES,
  MAX_PROBLEMS,
  MillraceError,
} from '@millrace/contracts'

/** INVALID_DEFINITION with the first problems in the answer's `problems`, and their number in `problemCount`. */
export const invalidDefinition = (problems: readonly DefinitionProblem[]): MillraceError => {
  const first = problems[0]
  const rest = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  return new MillraceError(
    'INVALID_DEFINITION',
    first === undefined ? undefined : `${first.pointer}: ${first.message}${rest}`,
    { details: { problems: problems.slice(0, MAX_PROBLEMS), problemCount: problems.length } },
  )
}

/**
 * Before anything else looks at a definition: one beyond the limits is not worth the work of finding its other
 * problems. Throws INVALID_DEFINITION with TOO_LARGE.
 */
export const refuseTooLarge = (definition: Json): void => {
  const problems = [
    tooMany(definition, 'nodes', MAX_NODES),
    tooMany(definition, 'steps', MAX_NODES),
    tooMany(definition, 'edges', MAX_EDGES),
  ].filter((problem) => problem !== undefined)
  if (problems.length > 0) throw invalidDefinition(problems)
}

const tooMany = (definition: Json, member: string, limit: number): DefinitionProblem | undefined => {
  if (definition === null || typeof definition !== 'object' || Array.isArray(definition)) return undefined
  const list = definition[member]
  const count = Array.isArray(list) ? list.length : list instanceof Object ? Object.keys(list).length : 0
  if (count <= limit) return undefined
  return {
    pointer: `/${member}`,
    code: 'TOO_LARGE',
    message: `There are ${count} ${member}, the limit is ${limit}`,
    hint: 'Split the workflow into several.',
  }
}
