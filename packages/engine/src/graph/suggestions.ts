/** Letters compared over all look-ups of one validation: a definition full of typos is refused fast all the same. */
const BUDGET = 5_000_000

/** Finds the candidate closest to a mistyped word, as long as its budget lasts. */
export class Suggestions {
  readonly #answers = new Map<string, string>()
  #budget = BUDGET

  constructor(private readonly candidates: readonly string[]) {}

  /** The beginning of a hint, with a space behind it; empty when no candidate is close. */
  didYouMean(word: string): string {
    let answer = this.#answers.get(word)
    if (answer === undefined) {
      const closest = this.#closest(word)
      answer = closest === undefined ? '' : `Did you mean ${closest}? `
      this.#answers.set(word, answer)
    }
    return answer
  }

  #closest(word: string): string | undefined {
    let best: string | undefined
    let limit = Math.max(2, Math.ceil(word.length / 3)) + 1
    for (const candidate of this.candidates) {
      if (Math.abs(candidate.length - word.length) >= limit) continue
      this.#budget -= candidate.length * word.length
      if (this.#budget < 0) return best
      const distance = editDistance(word, candidate, limit)
      if (distance >= limit) continue
      limit = distance
      best = candidate
    }
    return best
  }
}

/** Levenshtein distance; gives `limit` as soon as it is reached. */
function editDistance(a: string, b: string, limit: number): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    let least = i
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const distance = Math.min(replaced, row[j]! + 1, next[j - 1]! + 1)
      least = Math.min(least, distance)
      next.push(distance)
    }
    if (least >= limit) return limit
    row = next
  }
  return row[b.length]!
}
