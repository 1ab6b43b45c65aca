import type { Rewriting } from './expressions.js'
import { type Passed, readFrom, scriptSourceOf } from './passed.js'
import { readsOf, replaceReads } from './reads.js'
import { mentionsSteps, mentionsTrigger, namesStep, withGlobals } from './scripts.js'

/**
 * Points expressions to where their values are passed: members of what `holder` leads to. `before` are the steps that a script
 * reads by their ids.
 */
export const readingFrom = (
  holder: readonly string[],
  passed: readonly Passed[],
  before: readonly string[],
): Rewriting => ({
  expression: (source) => {
    const { reads } = parsed(source)
    return replaceReads(source, reads, (read) =>
      read.root === 'steps' || read.root === 'trigger' ? readFrom(holder.join('.'), passed, read) : undefined,
    )
  },
  script: (code) => {
    const found = mentionsSteps(code)
      ? passed.filter(({ step }) => step !== undefined && (before.includes(step) || namesStep(code, step)))
      : []
    const trigger = mentionsTrigger(code) ? passed.find(({ step }) => step === undefined) : undefined
    return withGlobals(code, {
      outputs: new Map(found.map((each) => [each.step ?? '', scriptSourceOf(holder, each)])),
      trigger: trigger === undefined ? undefined : scriptSourceOf(holder, trigger),
    })
  },
})

/** Outside the selection, what does not parse stays as it is: it read nothing before. */
const parsed = (source: string): Pick<ReturnType<typeof readsOf>, 'reads'> => {
  try {
    return readsOf(source)
  } catch {
    return { reads: [] }
  }
}
