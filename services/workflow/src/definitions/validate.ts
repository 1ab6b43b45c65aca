import { type Validation, validateDefinition } from '@millrace/engine'
import { createExpressionChecker } from '@millrace/expressions'
import { nodeCatalogue } from '@millrace/nodes'

const expressions = createExpressionChecker()
const catalogue = nodeCatalogue()

/** Everything wrong with a definition in the form millrace/v1, by the node library of this process. */
export const checkDefinition = (input: unknown): Validation =>
  validateDefinition(input, catalogue, expressions)
