import { SEQUENCE_ITEMS, STRING_CHARACTERS } from '../../limits.js'
import { spend } from '../budget.js'
import { Failure, limitFailure } from '../failure.js'
import type { Frame } from '../frame.js'
import { noteTypes } from '../notes.js'
import { asList, pushAll, type Sequence, sequence } from '../sequence.js'
import type { Node } from '../syntax.js'
import { toText } from '../text.js'
import { isTrue } from '../truth.js'
import { nameValue, overLimit } from '../wording.js'
import { calculate, demote, type Operation, requireNumber } from './arithmetic.js'
import { compareScalars, isSame } from './compare.js'
import { isEqual } from './equality.js'

/** `a + b + …` leans to the left, and is worked off without a level of the stack for each operator. */
export function binary(node: Node, input: unknown, frame: Frame): unknown {
  const pending = [node]
  let first = node.lhs!
  while (isBareBinary(first)) {
    pending.push(first)
    first = first.lhs!
  }
  let value = frame.run.evaluate(first, input, frame)
  for (let each = pending.pop(); each !== undefined; each = pending.pop()) {
    spend(1)
    value = combine(each, value, input, frame)
  }
  return value
}

/** Without anything behind it in brackets, which the evaluator sees to. */
const isBareBinary = ({ type, predicate, group, keepArray }: Node): boolean =>
  type === 'binary' && predicate === undefined && group === undefined && keepArray === undefined

function combine(node: Node, left: unknown, input: unknown, frame: Frame): unknown {
  const { run } = frame
  const operator = node.value as string
  if (operator === 'and') return isTrue(left) && isTrue(run.evaluate(node.rhs!, input, frame))
  if (operator === 'or') return isTrue(left) || isTrue(run.evaluate(node.rhs!, input, frame))
  const right = run.evaluate(node.rhs!, input, frame)
  switch (operator) {
    case '=':
      return left !== undefined && right !== undefined && isEqualOrNoted(left, operator, right)
    case '!=':
      return left !== undefined && right !== undefined && !isEqualOrNoted(left, operator, right)
    case '<':
    case '<=':
    case '>':
    case '>=':
      return isInOrder(operator, left, right)
    case '&':
      return concatenate(left, right)
    case '..':
      return range(left, right)
    case 'in':
      return isIn(left, right)
    default:
      return arithmetic(operator as Operation, left, right)
  }
}

function isEqualOrNoted(left: unknown, operator: '=' | '!=', right: unknown): boolean {
  if (isEqual(left, right)) return true
  noteTypes(left, operator, right)
  return false
}

function arithmetic(operation: Operation, left: unknown, right: unknown): unknown {
  const a = left === undefined ? undefined : requireNumber(left, 'left', operation)
  const b = right === undefined ? undefined : requireNumber(right, 'right', operation)
  return a === undefined || b === undefined ? undefined : calculate(operation, a, b)
}

export function negate(value: unknown): unknown {
  if (value === undefined) return undefined
  const number = requireNumber(value, 'right', '-')
  return typeof number === 'bigint' ? demote(-number) : -number
}

type Ordering = '<' | '<=' | '>' | '>='

const isScalar = (value: unknown): boolean =>
  value === undefined || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint'

/** Two numbers or two texts. Text is not made a number: "10" < "9", and which was meant nobody can tell. */
function isInOrder(operator: Ordering, left: unknown, right: unknown): boolean | undefined {
  const order = compareScalars(left, right)
  if (order === undefined) {
    if (isScalar(left) && isScalar(right) && (left === undefined || right === undefined)) return undefined
    throw new Failure(
      `${nameValue(left)} ${operator} ${nameValue(right)}: only two numbers or two texts can be compared`,
    )
  }
  switch (operator) {
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '>=':
      return order >= 0
  }
}

function concatenate(left: unknown, right: unknown): string {
  const [a, b] = [toText(left) ?? '', toText(right) ?? '']
  if (a.length + b.length > STRING_CHARACTERS)
    throw limitFailure(overLimit('a text', a.length + b.length, 'characters', STRING_CHARACTERS))
  return a + b
}

function isIn(left: unknown, right: unknown): boolean {
  if (left === undefined || right === undefined) return false
  const items = asList(right)
  spend(items.length / 8)
  return items.some((item) => isSame(item, left))
}

function range(from: unknown, to: unknown): Sequence | undefined {
  for (const [side, end] of [
    ['left', from],
    ['right', to],
  ] as const)
    if (end !== undefined && !Number.isSafeInteger(end))
      throw new Failure(`the ${side} side of .. must be an integer up to 2^53, but is ${nameValue(end)}`)
  if (from === undefined || to === undefined || (from as number) > (to as number)) return undefined
  const size = (to as number) - (from as number) + 1
  if (size > SEQUENCE_ITEMS) throw limitFailure(overLimit('a list', size, 'items', SEQUENCE_ITEMS))
  spend(size / 8)
  const items = sequence()
  pushAll(
    items,
    Array.from({ length: size }, (_, index) => (from as number) + index),
  )
  return items
}
