import { setImmediate } from 'node:timers/promises'
import { type NodeCatalogue, type Validation, validateInTurns } from '@millrace/engine'
import { createExpressionChecker } from '@millrace/expressions'
import { loadSyntaxCheck, type SyntaxCheck } from '@millrace/sandbox'
import { nodeCatalogue } from './catalogue.js'
import { holdsScripts } from './params/scripts.js'

/** How long others wait for the event loop at most, as a rule. Milliseconds. */
const TURN_MS = 10

const expressions = createExpressionChecker()
const catalogue = nodeCatalogue()
/** With what reads scripts, which takes time to load. */
let scripts: { readonly check: SyntaxCheck; readonly catalogue: NodeCatalogue } | undefined

/**
 * Everything wrong with a definition in the form millrace/v1, by the node library of this process. Others have their
 * turns meanwhile: the check of 10,000 nodes takes half a second.
 */
export async function checkDefinition(input: unknown): Promise<Validation> {
  const work = validateInTurns(input, holdsScripts(input) ? await scriptCatalogue() : catalogue, expressions)
  let begun = performance.now()
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
    if (performance.now() - begun < TURN_MS) continue
    await setImmediate()
    begun = performance.now()
  }
}

async function scriptCatalogue(): Promise<NodeCatalogue> {
  const check = await loadSyntaxCheck()
  if (scripts?.check !== check) scripts = { check, catalogue: nodeCatalogue(check) }
  return scripts.catalogue
}
