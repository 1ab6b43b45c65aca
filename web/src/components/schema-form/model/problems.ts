import type { DefinitionProblem } from '@millrace/contracts'

/** The problems of one node, by JSON pointer relative to the node: `/params/url`. */
export type NodeProblems = ReadonlyMap<string, readonly DefinitionProblem[]>

export const byPointer = (problems: readonly DefinitionProblem[]): NodeProblems => {
  const found = new Map<string, DefinitionProblem[]>()
  for (const problem of problems) found.set(problem.pointer, [...(found.get(problem.pointer) ?? []), problem])
  return found
}

/** What to say at a field: its own problems, and those of its inside where that is not shown as fields. */
export const messageAt = (problems: NodeProblems, pointer: string, inside: boolean): string | undefined => {
  const messages = [...problems].flatMap(([at, list]) =>
    at === pointer || (inside && at.startsWith(`${pointer}/`)) ? list.map(({ message }) => message) : [],
  )
  return messages.length === 0 ? undefined : [...new Set(messages)].join('; ')
}

/** Whether the list says already of a field that its text is no value yet. */
export const saysUnfinished = (problems: NodeProblems, pointer: string): boolean =>
  problems.get(pointer)?.some(({ code }) => code === 'UNFINISHED_TEXT') ?? false

/** Those that no field shows: of the node as a whole, or at params that its type does not have. */
export const homelessProblems = (
  problems: NodeProblems,
  shown: readonly string[],
): readonly DefinitionProblem[] =>
  [...problems].flatMap(([at, list]) =>
    shown.some((pointer) => at === pointer || at.startsWith(`${pointer}/`)) ? [] : list,
  )
