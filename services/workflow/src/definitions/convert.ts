import {
  type DefinitionProblem,
  draftDefinition,
  type Json,
  type JsonObject,
  MillraceError,
} from '@millrace/contracts'
import { convertLinear, isLinearDefinition } from '@millrace/engine'
import { checkDefinition } from '@millrace/nodes'
import { invalidDefinition, refuseTooLarge } from './problems.js'

export interface MillraceForm {
  /** Undefined when a linear form does not convert. */
  readonly definition: JsonObject | undefined
  /** What to check beside: all of it, or what of a linear form converts. */
  readonly checkable: JsonObject | undefined
  readonly problems: readonly DefinitionProblem[]
  /** Where in what was given that stands which a pointer into the definition names. */
  readonly pointerOf: (pointer: string) => string
}

/**
 * A definition in the form millrace/v1, converted when it came in the linear one. It may still be invalid.
 * Throws UNKNOWN_FORMAT when it is neither, INVALID_DEFINITION when it is too large.
 */
export const toMillraceForm = (input: Json): MillraceForm => {
  refuseTooLarge(input)
  if (isLinearDefinition(input)) {
    const { definition, rest, ...conversion } = convertLinear(input)
    return { ...conversion, definition: toDraft(definition), checkable: toDraft(rest) }
  }
  if (!isObject(input) || !('format' in input || 'nodes' in input)) throw new MillraceError('UNKNOWN_FORMAT')
  return { definition: input, checkable: input, problems: [], pointerOf: (pointer) => pointer }
}

/** Every problem of what was given, at its place there. */
export const problemsOf = async ({
  checkable,
  problems,
  pointerOf,
}: MillraceForm): Promise<DefinitionProblem[]> => {
  if (checkable === undefined) return [...problems]
  const found = (await checkDefinition(checkable)).problems
  return [...problems, ...found.map((each) => ({ ...each, pointer: pointerOf(each.pointer) }))]
}

/** Throws INVALID_DEFINITION with every problem, at its place in what was given. */
export const refuseProblems = async (form: MillraceForm): Promise<void> => {
  const problems = await problemsOf(form)
  if (problems.length > 0) throw invalidDefinition(problems)
}

const toDraft = (definition: object | undefined): JsonObject | undefined =>
  definition === undefined ? undefined : draftDefinition.parse(definition)

const isObject = (value: Json): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
