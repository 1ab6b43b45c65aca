import { checkTime, isLambda } from '../budget.js'
import type { Builtin, Focus } from './builtin.js'

/** JSONata's own copies what is left of the array for every item. */
export function sort(original: Builtin): Builtin {
  return function (items, comparator) {
    if (!Array.isArray(items) || items.length <= 1) return original.apply(this, [items, comparator])
    if (isFunction(comparator)) return mergeSort(this, items, comparator)
    // Refuses them, with its own message.
    if (isMixed(items)) return original.apply(this, [items])
    return items.toSorted((a, b) => (a > b ? 1 : a < b ? -1 : 0))
  }
}

type Comparator = { apply(self: unknown, args: unknown[]): unknown }

const isFunction = (value: unknown): value is Comparator =>
  typeof value === 'function' || (typeof value === 'object' && value !== null && isLambda(value))

const isMixed = (items: readonly unknown[]): boolean =>
  !items.every((item) => typeof item === 'number') && !items.every((item) => typeof item === 'string')

async function mergeSort(focus: Focus, items: unknown[], comparator: Comparator): Promise<unknown[]> {
  if (items.length <= 1) return items
  checkTime()
  const middle = items.length >> 1
  const left = await mergeSort(focus, items.slice(0, middle), comparator)
  const right = await mergeSort(focus, items.slice(middle), comparator)
  const merged: unknown[] = []
  let [l, r] = [0, 0]
  while (l < left.length && r < right.length) {
    const swap = await comparator.apply(focus, [left[l], right[r]])
    merged.push(swap ? right[r++] : left[l++])
  }
  return merged.concat(left.slice(l), right.slice(r))
}

/** Scalars by hash, the rest by comparison under the clock. The order of first appearance stays. */
export function distinct(original: Builtin): Builtin {
  return function (items) {
    if (!Array.isArray(items) || items.length <= 1) return original.apply(this, [items])
    const scalars = new Set<unknown>()
    const composites: unknown[] = []
    const kept = (items as { sequence?: boolean }).sequence ? this.createSequence() : []
    for (const item of items) {
      if (typeof item === 'object' && item !== null) {
        if (composites.some((seen) => isEqual(seen, item))) continue
        composites.push(item)
      } else if (scalars.has(item)) continue
      else scalars.add(item)
      kept.push(item)
    }
    return kept
  }
}

function isEqual(a: unknown, b: unknown): boolean {
  checkTime()
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every(
      (key) =>
        Object.hasOwn(b, key) &&
        isEqual((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]),
    )
  )
}

/** One sequence; JSONata's own makes a longer copy for every item. */
export function spread(original: Builtin): Builtin {
  return function (value) {
    if (!Array.isArray(value)) return original.apply(this, [value])
    const all = this.createSequence()
    collect(this, original, value, all)
    return all
  }
}

function collect(focus: Focus, original: Builtin, value: unknown, into: unknown[]): void {
  checkTime()
  if (Array.isArray(value)) for (const item of value) collect(focus, original, item, into)
  else {
    const parts = original.apply(focus, [value])
    if (Array.isArray(parts)) for (const part of parts) into.push(part)
    else if (parts !== undefined) into.push(parts)
  }
}

/** `*`: the members of an object, arrays flattened. JSONata's own makes a longer copy for every array. */
export function wildcard(this: Focus, input: unknown): unknown {
  const all = this.createSequence()
  if (typeof input === 'object' && input !== null && !isLambda(input))
    for (const member of Object.values(input)) flatten(member, all)
  return all
}

function flatten(value: unknown, into: unknown[]): void {
  if (!Array.isArray(value)) into.push(value)
  else {
    checkTime()
    for (const item of value) flatten(item, into)
  }
}
