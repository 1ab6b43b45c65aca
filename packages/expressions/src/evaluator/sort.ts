import { spend } from './budget.js'
import { Failure } from './failure.js'
import type { Frame } from './frame.js'
import { compareScalars } from './operators/compare.js'
import { asList, type Sequence } from './sequence.js'
import type { Node } from './syntax.js'
import { frameOf, type Tuple } from './tuple.js'
import { nameValue } from './wording.js'

/** `^(a, >b)`: by each term in turn; items without a value for it come last. */
export function sortBy(step: Node, input: unknown, frame: Frame): unknown[] {
  // A lone item stays what it is: of a sequence that one, of a list of the data the list.
  if (Array.isArray(input) && input.length <= 1) return input
  const hasTuples = (input as Sequence).tuples === true
  const terms = step.terms!
  const keysOf = (item: unknown): ((term: number) => unknown) => {
    const known: unknown[] = []
    const context = hasTuples ? (item as Tuple).get('@') : item
    const within = hasTuples ? frameOf(item as Tuple, frame) : frame
    return (term) => {
      if (!(term in known)) known[term] = frame.run.evaluate(terms[term]!.expression, context, within)
      return known[term]
    }
  }
  const keyed = asList(input).map((item) => ({ item, key: keysOf(item) }))
  keyed.sort((a, b) => {
    spend(1)
    for (const [at, { descending }] of terms.entries()) {
      const order = compareKeys(a.key(at), b.key(at), descending)
      if (order !== 0) return order
    }
    return 0
  })
  return keyed.map(({ item }) => item)
}

function compareKeys(a: unknown, b: unknown, descending: boolean): number {
  if (a === undefined) return b === undefined ? 0 : 1
  if (b === undefined) return -1
  const order = compareScalars(a, b)
  if (order === undefined)
    throw new Failure(
      `a list cannot be sorted by ${nameValue(a)} and ${nameValue(b)}: use numbers only, or texts only`,
    )
  return descending ? -order : order
}

/** A stable merge sort whose order a function of the expression decides: true when the two must change places. */
export function mergeSort(items: readonly unknown[], swap: (a: unknown, b: unknown) => boolean): unknown[] {
  if (items.length <= 1) return [...items]
  spend(1)
  const middle = items.length >> 1
  const left = mergeSort(items.slice(0, middle), swap)
  const right = mergeSort(items.slice(middle), swap)
  const merged: unknown[] = []
  let [l, r] = [0, 0]
  while (l < left.length && r < right.length) merged.push(swap(left[l], right[r]) ? right[r++] : left[l++])
  return merged.concat(left.slice(l), right.slice(r))
}
