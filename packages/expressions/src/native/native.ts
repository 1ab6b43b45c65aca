import { STRING_CHARACTERS } from '../limits.js'
import type { SimpleTree } from './parse.js'

/**
 * The simple expressions that most workflows are made of, as closures: plain paths, literals, comparison,
 * arithmetic and text. They mean exactly what JSONata means, or give up: wherever JSONata would map over an array,
 * convert or fail, the answer is GIVE_UP and JSONata itself is asked.
 */
export type Native = (scope: object) => unknown

export const GIVE_UP = Symbol('left to JSONata')

/** The value of a simple expression, as a closure. Undefined where JSONata must be asked every time. */
export function compileNative(tree: SimpleTree): Native | undefined {
  switch (tree.type) {
    case 'string':
    case 'number':
    case 'value': {
      const { value } = tree
      return () => value
    }
    case 'path':
      return compilePath(tree.steps.map(({ value }) => value))
    case 'binary':
      return compileBinary(tree.value, tree.lhs, tree.rhs)
    case 'block':
      return tree.expressions.length === 1 ? compileNative(tree.expressions[0]!) : undefined
  }
}

const compilePath =
  (names: readonly string[]): Native =>
  (scope) => {
    let value: unknown = scope
    for (const name of names) {
      if (typeof value !== 'object' || value === null) return undefined
      if (Array.isArray(value)) return GIVE_UP
      value = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
    }
    return value
  }

type Operator = (left: unknown, right: unknown) => unknown

const numeric =
  (apply: (left: number, right: number) => number): Operator =>
  (left, right) => {
    if (typeof left !== 'number' || typeof right !== 'number') return GIVE_UP
    const result = apply(left, right)
    // JSON has no negative zero: adding nothing makes it zero.
    return Math.abs(result) <= Number.MAX_SAFE_INTEGER ? result + 0 : GIVE_UP
  }

type Ordered = number | bigint | string

/** A double and a bigint compare by their exact values. */
const isNumber = (value: unknown): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint'

const ordering =
  (apply: (left: Ordered, right: Ordered) => boolean): Operator =>
  (left, right) =>
    (isNumber(left) && isNumber(right)) || (typeof left === 'string' && typeof right === 'string')
      ? apply(left, right)
      : GIVE_UP

const isScalar = (value: unknown): boolean =>
  value !== undefined && (typeof value !== 'object' || value === null)

const isSame = (left: unknown, right: unknown) =>
  isNumber(left) && isNumber(right) ? left >= right && left <= right : left === right

const equality =
  (equal: boolean): Operator =>
  (left, right) => {
    if (!isScalar(left) || !isScalar(right)) return GIVE_UP
    if (isSame(left, right)) return equal
    // Of different types: that is worth a note, which only JSONata takes.
    return typeof left === typeof right ||
      left === null ||
      right === null ||
      (isNumber(left) && isNumber(right))
      ? !equal
      : GIVE_UP
  }

const logical =
  (apply: (left: boolean, right: boolean) => boolean): Operator =>
  (left, right) =>
    typeof left === 'boolean' && typeof right === 'boolean' ? apply(left, right) : GIVE_UP

function concatenate(left: unknown, right: unknown): unknown {
  if (typeof left !== 'string' || typeof right !== 'string') return GIVE_UP
  return left.length + right.length > STRING_CHARACTERS ? GIVE_UP : left + right
}

const OPERATORS = new Map<string, Operator>([
  ['+', numeric((a, b) => a + b)],
  ['-', numeric((a, b) => a - b)],
  ['*', numeric((a, b) => a * b)],
  ['/', numeric((a, b) => a / b)],
  ['<', ordering((a, b) => a < b)],
  ['<=', ordering((a, b) => a <= b)],
  ['>', ordering((a, b) => a > b)],
  ['>=', ordering((a, b) => a >= b)],
  ['=', equality(true)],
  ['!=', equality(false)],
  ['and', logical((a, b) => a && b)],
  ['or', logical((a, b) => a || b)],
  ['&', concatenate],
])

function compileBinary(symbol: string, lhs: SimpleTree, rhs: SimpleTree): Native | undefined {
  const operator = OPERATORS.get(symbol)
  const left = compileNative(lhs)
  const right = compileNative(rhs)
  if (operator === undefined || left === undefined || right === undefined) return undefined
  return (scope) => {
    const a = left(scope)
    if (a === GIVE_UP) return GIVE_UP
    const b = right(scope)
    return b === GIVE_UP ? GIVE_UP : operator(a, b)
  }
}
