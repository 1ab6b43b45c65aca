import {
  type DefinitionProblem,
  draftDefinition,
  type Json,
  type JsonObject,
  MillraceError,
} from '@millrace/contracts'
import { convertLinear, isLinearDefinition } from '@millrace/engine'
import { refuseTooLarge } from './problems.js'

export type MillraceForm =
  | { readonly definition: JsonObject; readonly problems: readonly [] }
  /** A linear form that does not convert. */
  | { readonly definition: undefined; readonly problems: readonly DefinitionProblem[] }

/**
 * A definition in the form millrace/v1, converted when it came in the linear one. It may still be invalid.
 * Throws UNKNOWN_FORMAT when it is neither, INVALID_DEFINITION when it is too large.
 */
export const toMillraceForm = (input: Json): MillraceForm => {
  refuseTooLarge(input)
  if (isLinearDefinition(input)) {
    const { definition, problems } = convertLinear(input)
    return definition === undefined
      ? { definition, problems }
      : { definition: draftDefinition.parse(definition), problems: [] }
  }
  if (!isObject(input) || !('format' in input || 'nodes' in input)) throw new MillraceError('UNKNOWN_FORMAT')
  return { definition: input, problems: [] }
}

const isObject = (value: Json): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
