import { SEQUENCE_ITEMS } from '../limits.js'
import { spend } from './budget.js'
import { limitFailure } from './failure.js'
import { nameCount } from './wording.js'

/**
 * JSONata's lists that are not data: what a path gives is a sequence, and a sequence of one is that one. The marks
 * stand only on arrays that the evaluator has made itself. Data is never marked, nor written to in any other way.
 */
export type Sequence = unknown[] & Marks

interface Marks {
  sequence?: true
  /** `[]` was written: a sequence of one stays a list. */
  keepSingleton?: true
  /** A list that was written as such, and stays one inside another. */
  cons?: true
  /** The items are bindings (`@`, `#`, `%`), not values. */
  tuples?: true
}

export function sequence(...items: unknown[]): Sequence {
  const made: Sequence = items
  made.sequence = true
  return made
}

export const isSequence = (value: unknown): value is Sequence =>
  Array.isArray(value) && (value as Sequence).sequence === true

/** Adds to a list that the evaluator has made, under the limit. */
export function push(list: unknown[], item: unknown): void {
  if (list.length >= SEQUENCE_ITEMS)
    throw limitFailure(`a list of more than ${nameCount(SEQUENCE_ITEMS)} items`)
  list.push(item)
}

export function pushAll(list: unknown[], items: readonly unknown[]): void {
  for (const item of items) push(list, item)
}

/** Both as one list; what is nothing adds nothing. Gives one of the two where the other is nothing. */
export function append(first: unknown, second: unknown): unknown {
  if (first === undefined) return second
  if (second === undefined) return first
  const joined: unknown[] = Array.isArray(first) ? first.slice() : [first]
  spend(joined.length / 8)
  if (Array.isArray(second)) pushAll(joined, second)
  else push(joined, second)
  return joined
}

/** As a list: a lone value is a list of one. */
export const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value])
