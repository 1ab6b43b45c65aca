import { PLAIN_NAME } from '../document/references.js'
import type { Read } from './reads.js'

/** One value that goes into the new workflow by the input of the call, or comes out by its output. */
export interface Passed {
  /** What it is called there. */
  readonly key: string
  /** The step it is of; undefined for the trigger. */
  readonly step: string | undefined
  /** True where its status or its error is read as well, not its output alone. */
  readonly whole: boolean
}

export const passedOf = (reads: readonly Read[], keyOf: (step: string | undefined) => string): Passed[] => {
  const steps = new Set(reads.map(({ step }) => step))
  return [...steps].map((step) => ({
    key: keyOf(step),
    step,
    whole: step !== undefined && reads.some((read) => read.step === step && !read.ofOutput),
  }))
}

/** The expression that reads it where it comes from. */
export const sourceOf = ({ step, whole }: Passed): string =>
  step === undefined ? 'trigger' : `steps${member(step)}${whole ? '' : '.output'}`

/** What stands for a read where the values are members of `holder`; undefined where it is none of them. */
export const readFrom = (holder: string, passed: readonly Passed[], read: Read): string | undefined => {
  const found = passed.find(({ step }) => step === read.step)
  if (found === undefined) return undefined
  return `${holder}${member(found.key)}${found.whole && read.ofOutput ? '.output' : ''}`
}

/** The output alone, in JavaScript; undefined where there is none. */
export const scriptSourceOf = (holder: readonly string[], { key, whole }: Passed): string =>
  `globalThis${[...holder, key, ...(whole ? ['output'] : [])].map((name) => `?.[${JSON.stringify(name)}]`).join('')}`

export const templatesOf = (passed: readonly Passed[]): Record<string, string> =>
  Object.fromEntries(passed.map((each) => [each.key, `{{ ${sourceOf(each)} }}`]))

const member = (name: string): string => (PLAIN_NAME.test(name) ? `.${name}` : `.\`${name}\``)
