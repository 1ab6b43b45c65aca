import type { Json } from '@millrace/contracts'
import type { NodeContext } from '../../define.js'

/** Ways to reach a global without its name. */
const UNNAMED = /\b(?:globalThis|eval|Function)\b/
/** `steps` otherwise than with the id of a step behind it: `steps.fetch`, `steps?.['fetch']`. */
const WHOLE = /\bsteps\b(?!\s*(?:\??\.\s*[A-Za-z_$]|(?:\?\.\s*)?\[\s*(["'`])[\w-]+\1\s*\]))/

/**
 * What expressions of this step could read, as globals of its script: those that the script may name, since all of it is
 * copied. It only has to miss nothing.
 */
export function readableGlobals(
  code: string,
  { steps, ...rest }: NodeContext['readable'],
): Record<string, Json | undefined> {
  // Ids with a dash stand in quotes, and so by themselves.
  const words = new Set([...(code.match(/\w+/g) ?? []), ...(code.match(/[\w-]+/g) ?? [])])
  const all = UNNAMED.test(code)
  const names = Object.entries(rest).filter(([name]) => all || words.has(name))
  const some = Object.entries(steps).filter(([id]) => all || WHOLE.test(code) || words.has(id))
  return {
    ...(Object.fromEntries(names) as Record<string, Json>),
    ...(all || words.has('steps') ? { steps: Object.fromEntries(some) } : {}),
  }
}
