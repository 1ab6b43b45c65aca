import { isTruthy } from '../truth.js'
import { Callable } from './callable.js'

/** The truth rule inside an expression, where a value may also be a function: false. */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isTrue)
  return !(value instanceof Callable) && isTruthy(value as Parameters<typeof isTruthy>[0])
}
