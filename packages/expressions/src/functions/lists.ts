import { spend } from '../evaluator/budget.js'
import type { Callable } from '../evaluator/callable.js'
import { Failure } from '../evaluator/failure.js'
import type { Run } from '../evaluator/frame.js'
import { compareScalars, isNumeric } from '../evaluator/operators/compare.js'
import { isEqual } from '../evaluator/operators/equality.js'
import { isSequence, append as join, push, sequence } from '../evaluator/sequence.js'
import { mergeSort } from '../evaluator/sort.js'
import { isTrue } from '../evaluator/truth.js'

type Items = readonly unknown[] | undefined

/** A function of the expression gets as many of value, index or key, and the whole, as it asks for. */
export const callOn = (run: Run, call: Callable, ...args: unknown[]): unknown =>
  run.apply(call, args.slice(0, Math.max(1, call.arity)))

export function map(run: Run, items: Items, call: Callable): unknown {
  if (items === undefined) return undefined
  const results = sequence()
  for (const [index, item] of items.entries()) {
    const value = callOn(run, call, item, index, items)
    if (value !== undefined) push(results, value)
  }
  return results
}

export function filter(run: Run, items: Items, call: Callable): unknown {
  if (items === undefined) return undefined
  const kept = sequence()
  for (const [index, item] of items.entries())
    if (isTrue(callOn(run, call, item, index, items))) push(kept, item)
  return kept
}

export function single(run: Run, items: Items, call: Callable | undefined): unknown {
  if (items === undefined) return undefined
  const found = items.filter(
    (item, index) => call === undefined || isTrue(callOn(run, call, item, index, items)),
  )
  if (found.length !== 1)
    throw new Failure(`$single finds ${found.length === 0 ? 'none' : found.length} instead of exactly one`)
  return found[0]
}

export function reduce(run: Run, items: Items, call: Callable, initial: unknown): unknown {
  if (items === undefined) return undefined
  if (call.arity < 2) throw new Failure('$reduce takes a function of at least two arguments')
  const begun = initial === undefined && items.length > 0
  let result = begun ? items[0] : initial
  for (const [index, item] of items.entries())
    if (!begun || index > 0)
      result = run.apply(call, [result, item, index, items].slice(0, Math.max(2, call.arity)))
  return result
}

export const append = (_: Run, first: unknown, second: unknown): unknown => join(first, second)

export function zip(_: Run, ...lists: unknown[]): unknown[] {
  const length = Math.min(...lists.map((list) => (Array.isArray(list) ? list.length : 0)))
  spend((length * lists.length) / 4)
  return Array.from({ length }, (__, at) => lists.map((list) => (list as unknown[])[at]))
}

export function reverse(_: Run, items: Items): Items {
  spend((items?.length ?? 0) / 8)
  return items?.toReversed()
}

export function shuffle(_: Run, items: Items): Items {
  if (items === undefined) return undefined
  spend(items.length / 4)
  const shuffled = [...items]
  for (let at = shuffled.length - 1; at > 0; at--) {
    const other = Math.floor(Math.random() * (at + 1))
    ;[shuffled[at], shuffled[other]] = [shuffled[other], shuffled[at]]
  }
  return shuffled
}

export function sort(run: Run, items: Items, call: Callable | undefined): Items {
  if (items === undefined || items.length <= 1) return items
  if (call !== undefined) return mergeSort(items, (a, b) => isTrue(run.apply(call, [a, b])))
  if (!items.every(isNumeric) && !items.every((item) => typeof item === 'string'))
    throw new Failure('$sort needs numbers only or texts only; give it a function to compare anything else')
  return mergeSort(items, (a, b) => compareScalars(a, b)! > 0)
}

/** The order of first appearance stays. Scalars by hash, the rest one by one. */
export function distinct(_: Run, items: unknown): unknown {
  if (!Array.isArray(items) || items.length <= 1) return items
  const kept: unknown[] = isSequence(items) ? sequence() : []
  const scalars = new Set<unknown>()
  const others: unknown[] = []
  for (const item of items) {
    spend(1)
    if (typeof item === 'object' && item !== null) {
      if (others.some((seen) => isEqual(seen, item))) continue
      others.push(item)
    } else {
      const key = typeof item === 'number' && Number.isInteger(item) ? BigInt(item) : item
      if (scalars.has(key)) continue
      scalars.add(key)
    }
    push(kept, item)
  }
  return kept
}

export const exists = (_: Run, value: unknown): boolean => value !== undefined
