import type { z } from 'zod'
import { isNumeric } from './words.js'

/** Each copies what it stands in: of more, the rest is told the bounds of all numbers. */
const MOST_MEASURED = 100

/**
 * Why a schema refuses the input, one issue for a place and a bound. A number beyond the safe integers is measured
 * against the bounds of its own field, though it is a bigint, which the schema library takes for no number.
 */
export const issuesOf = (schema: z.ZodType, input: unknown): z.core.$ZodIssue[] => {
  const read = schema.safeParse(input)
  if (read.success) return []
  const large = read.error.issues.filter(
    (issue) => issue.code === 'invalid_type' && isNumeric(issue.expected) && isBigAt(issue.path, input),
  )
  if (large.length === 0) return tightest(read.error.issues)
  const rounded = large
    .slice(0, MOST_MEASURED)
    .reduce<unknown>((whole, { path }) => roundAt(path, whole), input)
  const again = schema.safeParse(rounded).error?.issues ?? []
  const measured = new Set(again.map(({ path }) => path.join('/')))
  return tightest([...again, ...large.filter(({ path }) => !measured.has(path.join('/')))])
}

const memberOf = (value: unknown, key: PropertyKey): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined

const isBigAt = (path: readonly PropertyKey[], input: unknown): boolean =>
  typeof path.reduce(memberOf, input) === 'bigint'

const roundAt = ([key, ...rest]: readonly PropertyKey[], value: unknown): unknown => {
  if (key === undefined) return Number(value)
  const inner = roundAt(rest, memberOf(value, key))
  if (Array.isArray(value)) return value.with(Number(key), inner)
  return { ...Object(value), [key]: inner }
}

/** Of several upper bounds, or lower ones, that one value breaks, the one that it has to keep. */
const tightest = (issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] => {
  const kept = new Map<string, { readonly issue: z.core.$ZodIssue; readonly size: number }>()
  for (const issue of issues) {
    const size = sizeOf(issue)
    if (size < (kept.get(keyOf(issue))?.size ?? Number.POSITIVE_INFINITY))
      kept.set(keyOf(issue), { issue, size })
  }
  return issues.filter((issue) => Number.isNaN(sizeOf(issue)) || kept.get(keyOf(issue))?.issue === issue)
}

const keyOf = ({ code, path }: z.core.$ZodIssue): string => `${code} ${path.join('/')}`

/** The smaller the tighter; NaN for what is no bound. */
const sizeOf = (issue: z.core.$ZodIssue): number => {
  if (issue.code === 'too_big') return Number(issue.maximum)
  return issue.code === 'too_small' ? -Number(issue.minimum) : Number.NaN
}
