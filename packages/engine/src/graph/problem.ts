import type { DefinitionProblem } from '@millrace/contracts'

export type ProblemCode = DefinitionProblem['code']

export const problem = (
  pointer: string,
  code: ProblemCode,
  message: string,
  hint: string,
): DefinitionProblem => ({
  pointer,
  code,
  message,
  hint,
})

/** RFC 6901. */
export const toPointer = (path: readonly PropertyKey[]): string =>
  path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

/** How a hint names the candidate closest to a mistyped word; empty when none is close. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  let best: string | undefined
  let least = Math.max(2, Math.ceil(word.length / 3)) + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= least) continue
    const distance = editDistance(word, candidate, least)
    if (distance < least) {
      least = distance
      best = candidate
    }
  }
  return best === undefined ? '' : `Did you mean ${best}? `
}

/** Levenshtein distance; gives `limit` as soon as it is reached. */
function editDistance(a: string, b: string, limit: number): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1))
    }
    if (Math.min(...next) >= limit) return limit
    row = next
  }
  return row[b.length]!
}
