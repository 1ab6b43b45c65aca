import { exactInteger } from '@millrace/contracts'
import { Failure } from '../failure.js'
import { nameValue } from '../wording.js'
import { isNumeric, type Numeric } from './compare.js'

export type Operation = '+' | '-' | '*' | '/' | '%'

/**
 * Of two numbers. Integers stay exact whatever their size; everything else is computed in doubles. Throws a Failure where
 * the result is no number that JSON can hold, or where an exact operand would lose digits.
 */
export function calculate(operation: Operation, a: Numeric, b: Numeric): Numeric {
  if (typeof a === 'number' && typeof b === 'number') {
    const result = ofDoubles(operation, a, b)
    if (Number.isFinite(result) && !hasLostDigits(operation, a, b, result)) return result
    if (Number.isFinite(result)) return demote(ofIntegers(operation, BigInt(a), BigInt(b))!)
    throw new Failure(`${a} ${operation} ${b} is no number that JSON can hold`)
  }
  const result = isWhole(a) && isWhole(b) ? ofIntegers(operation, BigInt(a), BigInt(b)) : undefined
  if (result !== undefined) return demote(result)
  throw new Failure(`${a} ${operation} ${b} cannot be computed exactly, and would lose digits otherwise`)
}

const hasLostDigits = (operation: Operation, a: number, b: number, result: number): boolean =>
  Math.abs(result) > Number.MAX_SAFE_INTEGER &&
  operation !== '/' &&
  Number.isSafeInteger(a) &&
  Number.isSafeInteger(b)

function ofDoubles(operation: Operation, a: number, b: number): number {
  switch (operation) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return a / b
    case '%':
      return a % b
  }
}

function ofIntegers(operation: Operation, a: bigint, b: bigint): bigint | undefined {
  switch (operation) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return b !== 0n && a % b === 0n ? a / b : undefined
    case '%':
      return b === 0n ? undefined : a % b
  }
}

const isWhole = (value: Numeric): boolean => typeof value === 'bigint' || Number.isInteger(value)

/** A number where a double holds it exactly. Throws a Failure beyond all doubles: no reader of JSON would take it. */
export function demote(value: bigint): Numeric {
  if (Number.isFinite(Number(value))) return exactInteger(value)
  throw new Failure('an integer of more than 308 digits is no number that JSON can hold')
}

/** Throws a Failure that names the side and what stands there. */
export function requireNumber(value: unknown, side: string, operation: string): Numeric {
  if (isNumeric(value)) return value
  throw new Failure(`the ${side} side of ${operation} must be a number, but is ${nameValue(value)}`)
}
