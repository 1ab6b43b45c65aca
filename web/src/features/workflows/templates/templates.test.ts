import { validateDefinition } from '@millrace/engine'
import { createExpressionChecker } from '@millrace/expressions'
import { nodeCatalogue } from '@millrace/nodes'
import { expect, test } from 'vitest'
import { TEMPLATES } from './templates.js'

const catalogue = nodeCatalogue()
const expressions = createExpressionChecker()

test.each(TEMPLATES)('$title can be published as it is', ({ definition }) => {
  expect(validateDefinition(definition, catalogue, expressions).problems).toEqual([])
})
