import { spend } from '../budget.js'
import { Callable } from '../callable.js'
import { isSame } from './compare.js'

/** `=`: values of the same type and content, whatever the order of members. */
export function isEqual(a: unknown, b: unknown): boolean {
  spend(1)
  if (isSame(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof Callable || b instanceof Callable || Array.isArray(a) !== Array.isArray(b)) return false
  if (Array.isArray(a)) {
    const other = b as unknown[]
    return a.length === other.length && a.every((item, index) => isEqual(item, other[index]))
  }
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  const names = Object.keys(left)
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && isEqual(left[name], right[name]))
  )
}
