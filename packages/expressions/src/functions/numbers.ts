import { spend } from '../evaluator/budget.js'
import { Failure } from '../evaluator/failure.js'
import type { Run } from '../evaluator/frame.js'
import { calculate, demote } from '../evaluator/operators/arithmetic.js'
import { compareScalars, type Numeric } from '../evaluator/operators/compare.js'
import { nameValue } from '../evaluator/wording.js'

/** Integers beyond 2^53 are bigints: exact where the result is, and refused where it would not be. */

export function sum(_: Run, items: readonly Numeric[] | undefined): Numeric | undefined {
  if (items === undefined) return undefined
  spend(items.length / 4)
  return items.reduce<Numeric>((total, each) => calculate('+', total, each), 0)
}

export const count = (_: Run, items: readonly unknown[] | undefined): number => items?.length ?? 0

const extreme =
  (sign: 1 | -1) =>
  (_: Run, items: readonly Numeric[] | undefined): Numeric | undefined => {
    if (items === undefined) return undefined
    spend(items.length / 4)
    let best = items[0]
    for (const each of items) if (best !== undefined && compareScalars(each, best)! * sign > 0) best = each
    return best
  }

export const max = extreme(1)
export const min = extreme(-1)

export function average(run: Run, items: readonly Numeric[] | undefined): Numeric | undefined {
  return items === undefined || items.length === 0
    ? undefined
    : calculate('/', sum(run, items)!, items.length)
}

const INTEGER = /^-?\d+$/
const DECIMAL = /^-?\d+(\.\d+)?([Ee][-+]?\d+)?$/
const WITH_RADIX = /^0([xX][0-9A-Fa-f]+|[oO][0-7]+|[bB][01]+)$/

/** Text of an integer beyond 2^53 becomes that integer, and no neighbour of it. */
export function number(_: Run, value: unknown): unknown {
  if (value === undefined || typeof value === 'number' || typeof value === 'bigint') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'string') {
    if (value.length <= 1_000 && INTEGER.test(value)) return value === '-0' ? -0 : demote(BigInt(value))
    if (value.length <= 1_000 && WITH_RADIX.test(value)) return demote(BigInt(value))
    if (DECIMAL.test(value) && Number.isFinite(Number(value))) return Number(value)
  }
  throw new Failure(`${nameValue(value)} is no number`)
}

const onDoubles =
  (work: (value: number) => number) =>
  (_: Run, value: Numeric | undefined): Numeric | undefined =>
    typeof value === 'number' ? work(value) : value

export const floor = onDoubles(Math.floor)
export const ceil = onDoubles(Math.ceil)
export const abs = (_: Run, value: Numeric | undefined): Numeric | undefined =>
  typeof value === 'bigint'
    ? value < 0n
      ? -value
      : value
    : value === undefined
      ? undefined
      : Math.abs(value)

/** To `precision` decimals, or tens if it is negative; a half goes to the even neighbour (docs.jsonata.org/numeric-functions). */
export function round(_: Run, value: Numeric | undefined, precision: Numeric = 0): Numeric | undefined {
  if (value === undefined) return undefined
  if (!Number.isSafeInteger(precision)) throw new Failure('$round takes a whole number of decimals')
  const places = Number(precision)
  if (typeof value === 'bigint')
    return places >= 0 ? value : roundInteger(value, 10n ** BigInt(Math.min(-places, 400)))
  // A double has no more than 324 decimals, and a number below 10^309.
  if (places > 324 || !Number.isFinite(value)) return value
  const shifted = shift(value, places)
  // Every double from 2^52 on is whole.
  if (!Number.isFinite(shifted) || Math.abs(shifted) >= 2 ** 52) return value
  return shift(toEven(shifted), -places) + 0
}

/** Moves the point in the digits that are written, not in those of the double: 1.005 becomes 100.5 and not 100.49…. */
function shift(value: number, places: number): number {
  const [digits = '', exponent = '0'] = String(value).split('e')
  return Number(`${digits}e${Number(exponent) + places}`)
}

function toEven(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  const up = rest > 0.5 || (rest === 0.5 && below % 2 !== 0)
  return (up ? below + 1 : below) + 0
}

function roundInteger(value: bigint, unit: bigint): Numeric {
  const below = value / unit - (value % unit < 0n ? 1n : 0n)
  const twice = (value - below * unit) * 2n
  const up = twice > unit || (twice === unit && below % 2n !== 0n)
  return demote((up ? below + 1n : below) * unit)
}

export function sqrt(_: Run, value: Numeric | undefined): number | undefined {
  if (value === undefined) return undefined
  requireDouble('sqrt', value)
  if (value < 0) throw new Failure(`$sqrt cannot be taken of ${value}`)
  return Math.sqrt(Number(value))
}

export function power(_: Run, base: Numeric | undefined, exponent: Numeric): Numeric | undefined {
  if (base === undefined) return undefined
  if (typeof base === 'bigint' && Number.isInteger(exponent) && exponent >= 0 && exponent <= 1_000)
    return demote(base ** BigInt(exponent))
  requireDouble('power', base)
  requireDouble('power', exponent)
  const result = Number(base) ** Number(exponent)
  if (!Number.isFinite(result))
    throw new Failure(`$power(${base}, ${exponent}) is no number that JSON can hold`)
  return exactPower(base, exponent, result)
}

/** Of integers, where a double has not all of the digits: those. */
function exactPower(base: number, exponent: number, result: number): Numeric {
  if (!Number.isSafeInteger(base) || !Number.isInteger(exponent) || exponent < 0) return result
  if (Number.isSafeInteger(result)) return result
  const exact = BigInt(base) ** BigInt(exponent)
  return exact === BigInt(result) ? result : exact
}

export function requireDouble(name: string, value: Numeric): asserts value is number {
  if (typeof value === 'bigint')
    throw new Failure(`$${name} cannot take ${value} exactly, and would lose digits otherwise`)
}

export const random = (_: Run): number => Math.random()

/** In the digits of a base from 2 to 36. */
export function formatBase(run: Run, value: Numeric | undefined, radix: Numeric = 10): string | undefined {
  if (value === undefined) return undefined
  const base = Number(round(run, radix))
  if (base < 2 || base > 36) throw new Failure(`$formatBase takes a base from 2 to 36, not ${radix}`)
  const whole = round(run, value)!
  return (typeof whole === 'number' ? BigInt(whole) : whole).toString(base)
}
