import { CHARACTERS_A_MEMBER, EVALUATION_STEPS, VALUE_MEMBERS } from '../limits.js'
import { Callable } from './callable.js'
import { limitFailure } from './failure.js'
import { nameCount } from './wording.js'

/**
 * What the evaluation that runs now may still use. It is counted in steps and not in time, so that a busy machine
 * gives the same verdict as an idle one: each node of the syntax tree, each round of a loop in a built-in function and
 * each piece of text they walk is one.
 * Owns: the count and the weights of one evaluation at a time. Evaluations never wait, so there is only one.
 */
let left = 0
let weights = new WeakMap<object, number>()

export function openBudget(steps = EVALUATION_STEPS): void {
  left = steps
  weights = new WeakMap()
}

/** Throws a limit failure once the steps are used up. */
export function spend(steps: number): void {
  left -= steps
  if (left < 0) throw limitFailure(`it takes more than ${nameCount(EVALUATION_STEPS)} steps`)
}

/** Characters that are walked at the price of one step. */
const CHARACTERS_A_STEP = 32

export const spendText = (characters: number): void => spend(1 + characters / CHARACTERS_A_STEP)

/**
 * Throws a limit failure for a value that would be too large if it were written out. Forty nested `{"a": $x, "b": $x}`
 * are cheap to make and endless to walk; since every value is weighed when it is made, its parts have been weighed
 * before, and a value of shared parts costs no more than its own members.
 */
export function weigh(value: unknown): number {
  if (typeof value === 'string') return 1 + value.length / CHARACTERS_A_MEMBER
  if (typeof value !== 'object' || value === null || value instanceof Callable) return 1
  const known = weights.get(value)
  if (known !== undefined) return known
  const members: readonly unknown[] = Array.isArray(value) ? value : Object.values(value)
  spend(members.length / 4)
  let total = 0
  for (const member of members) {
    total += weigh(member)
    if (total > VALUE_MEMBERS)
      throw limitFailure(
        `a value of more than ${nameCount(VALUE_MEMBERS)} members, of which ${CHARACTERS_A_MEMBER} characters are one`,
      )
  }
  weights.set(value, total + 1)
  return total + 1
}
