import type { DefinitionProblem } from '@millrace/contracts'

export type ProblemCode = DefinitionProblem['code']

export const problem = (
  pointer: string,
  code: ProblemCode,
  message: string,
  hint: string,
): DefinitionProblem => ({
  pointer,
  code,
  message,
  hint,
})

/** RFC 6901. */
export const toPointer = (path: readonly PropertyKey[]): string =>
  path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

/** Names for a message: the first ones, and how many more there are. Definitions are large, answers should not be. */
export function listNames(names: readonly string[], limit: number): string {
  const rest = names.length - limit
  return rest > 0 ? `${names.slice(0, limit).join(', ')} and ${rest} more` : names.join(', ')
}
