import { performance } from 'node:perf_hooks'
import { ELAPSED_MS, EVALUATION_MS, NODE_UNITS, VALUE_UNITS } from '../limits.js'

/**
 * What the evaluation that runs now may still use: looked at after each node of its syntax tree, and inside built-in
 * functions, which loop over millions of items within one node.
 * Owns: the clock and the weights of one evaluation at a time. `inTurn` sees to it that there is only one.
 */
let openedAt = 0
let usedBefore = process.cpuUsage()
/** When to look at the processor time next; reading it costs more than reading the clock. */
let lookAt = Number.POSITIVE_INFINITY
let weights = new WeakMap<object, number>()

/** An error in the form JSONata's own functions throw. */
export const limitError = (message: string) => ({ code: 'LIMIT', message })

export function openBudget(): void {
  openedAt = performance.now()
  usedBefore = process.cpuUsage()
  lookAt = openedAt + EVALUATION_MS
  weights = new WeakMap()
}

/**
 * Throws LATE when the time is up. The time is the processor's: a process that a busy machine lets stand still has
 * done nothing wrong, and the same expression must not fail there that is quick elsewhere.
 */
export function checkTime(): void {
  const now = performance.now()
  if (now < lookAt) return
  const { user, system } = process.cpuUsage(usedBefore)
  const leftMs = EVALUATION_MS - (user + system) / 1_000
  if (leftMs <= 0 || now - openedAt > ELAPSED_MS)
    throw { code: 'LATE', message: `it ran longer than ${EVALUATION_MS} ms` }
  lookAt = now + Math.max(1, leftMs)
}

/**
 * Throws LIMIT for a value that would be too large if it were written out. Forty nested `{"a": $x, "b": $x}` are
 * cheap to make and endless to walk; since every value is weighed when it is made, its parts have been weighed
 * before, and a value of shared parts costs no more than its own members.
 */
export function weigh(value: unknown): number {
  if (typeof value === 'string') return NODE_UNITS + value.length
  if (typeof value !== 'object' || value === null || isLambda(value)) return NODE_UNITS
  const known = weights.get(value)
  if (known !== undefined) return known
  let total = NODE_UNITS
  for (const member of Array.isArray(value) ? value : Object.values(value)) {
    total += weigh(member)
    if (total > VALUE_UNITS) throw limitError(`a value of more than ${VALUE_UNITS} units`)
  }
  weights.set(value, total)
  return total
}

/** Lambdas are objects that hold their whole environment. */
export const isLambda = (value: object): boolean => '_jsonata_lambda' in value || '_jsonata_function' in value
