import { type Json, stringifyJson } from '@millrace/contracts'

/** Whether an expression may read the output of this step. */
export type Touches = (id: string) => boolean

/**
 * Ways to reach an output without naming its step: `steps` as a whole, the root by `$` or `$$`, wildcards, parents,
 * and in scripts what leads to a global without its name.
 * It only has to miss nothing: what it takes too much costs a look-up.
 */
const UNNAMED = /\bsteps\b(?!\s*\.\s*[A-Za-z_`])|\$(?![A-Za-z_])|[*%]|\b(?:globalThis|eval|Function)\b/

/** What the texts of params or conditions may read. `always` names steps that are read in any case. */
export function touchesOf(source: Json, always: readonly string[] = []): Touches {
  const text = stringifyJson(source)
  if (UNNAMED.test(text)) return () => true
  const named = new Set(always)
  return (id) => named.has(id) || text.includes(id)
}
