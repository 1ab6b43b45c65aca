import { setImmediate } from 'node:timers/promises'
import { type Validation, validateInTurns } from '@millrace/engine'
import { createExpressionChecker } from '@millrace/expressions'
import { nodeCatalogue } from './catalogue.js'

/** How long others wait for the event loop at most, as a rule. Milliseconds. */
const TURN_MS = 10

const expressions = createExpressionChecker()
const catalogue = nodeCatalogue()

/**
 * Everything wrong with a definition in the form millrace/v1, by the node library of this process. Others have their
 * turns meanwhile: the check of 10,000 nodes takes half a second.
 */
export async function checkDefinition(input: unknown): Promise<Validation> {
  const work = validateInTurns(input, catalogue, expressions)
  let begun = performance.now()
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
    if (performance.now() - begun < TURN_MS) continue
    await setImmediate()
    begun = performance.now()
  }
}
