import type { Frame } from './frame.js'
import { push, type Sequence, sequence } from './sequence.js'
import type { Node } from './syntax.js'
import { isTrue } from './truth.js'
import { frameOf, type Tuple } from './tuple.js'

/** `[…]`: the items at an index, or those for which it is true. */
export function keepMatching(predicate: Node, input: unknown, frame: Frame): unknown {
  const kept = sequence()
  const hasTuples = Array.isArray(input) && (input as Sequence).tuples === true
  if (hasTuples) kept.tuples = true
  const items = Array.isArray(input) ? input : [input]
  if (predicate.type === 'number') {
    const item: unknown = items.at(Math.floor(predicate.value as number))
    if (Array.isArray(item)) return item
    if (item !== undefined) push(kept, item)
    return kept
  }
  for (const [index, item] of items.entries()) {
    const result = hasTuples
      ? frame.run.evaluate(predicate, (item as Tuple).get('@'), frameOf(item as Tuple, frame))
      : frame.run.evaluate(predicate, item, frame)
    keepIf(result, item, index, items.length, kept)
  }
  return kept
}

function keepIf(result: unknown, item: unknown, index: number, count: number, kept: Sequence): void {
  const places = typeof result === 'number' ? [result] : result
  if (Array.isArray(places) && places.every((place) => typeof place === 'number')) {
    for (const place of places) {
      const at = Math.floor(place)
      if ((at < 0 ? count + at : at) === index) push(kept, item)
    }
  } else if (isTrue(result)) push(kept, item)
}
