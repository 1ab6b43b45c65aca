import type jsonata from 'jsonata'
import { STRING_CHARACTERS } from '../limits.js'

/**
 * The simple expressions that most workflows are made of, as closures: plain paths, literals, comparison,
 * arithmetic and text. They mean exactly what JSONata means, or give up: wherever JSONata would map over an array,
 * convert or fail, the answer is GIVE_UP and JSONata itself is asked.
 */
export type Native = (scope: object) => unknown

export const GIVE_UP = Symbol('left to JSONata')

/** Nested operators; closures call each other on the stack. */
const MAX_DEPTH = 50

/** Undefined when the expression is not simple. */
export function compileNative(ast: jsonata.ExprNode, depth = 0): Native | undefined {
  if (hasExtras(ast) || depth > MAX_DEPTH) return undefined
  switch (ast.type as string) {
    case 'string':
    case 'number':
    case 'value': {
      const { value } = ast
      return () => value
    }
    case 'path':
      return compilePath(ast)
    case 'binary':
      return compileBinary(ast, depth)
    case 'block':
      return ast.expressions?.length === 1 ? compileNative(ast.expressions[0]!, depth + 1) : undefined
    default:
      return undefined
  }
}

/** Predicates, grouping, focus and index bindings, kept singletons: all of JSONata's own. */
const EXTRAS = [
  'predicate',
  'stages',
  'group',
  'focus',
  'index',
  'keepArray',
  'keepSingletonArray',
  'tuple',
  'ancestor',
  'seekingParent',
  'nextFunction',
]
const hasExtras = (ast: jsonata.ExprNode): boolean =>
  EXTRAS.some((name) => (ast as unknown as Record<string, unknown>)[name] !== undefined)

function compilePath(ast: jsonata.ExprNode): Native | undefined {
  const names: string[] = []
  for (const step of ast.steps ?? []) {
    if (step.type !== 'name' || hasExtras(step) || typeof step.value !== 'string') return undefined
    names.push(step.value)
  }
  return (scope) => {
    let value: unknown = scope
    for (const name of names) {
      if (typeof value !== 'object' || value === null) return undefined
      if (Array.isArray(value)) return GIVE_UP
      value = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
    }
    return value
  }
}

type Operator = (left: unknown, right: unknown) => unknown

const numeric =
  (apply: (left: number, right: number) => number): Operator =>
  (left, right) => {
    if (typeof left !== 'number' || typeof right !== 'number') return GIVE_UP
    const result = apply(left, right)
    return Number.isFinite(result) ? result : GIVE_UP
  }

const ordering =
  (apply: (left: number | string, right: number | string) => boolean): Operator =>
  (left, right) =>
    (typeof left === 'number' && typeof right === 'number') ||
    (typeof left === 'string' && typeof right === 'string')
      ? apply(left, right)
      : GIVE_UP

const isScalar = (value: unknown): boolean =>
  value !== undefined && (typeof value !== 'object' || value === null)

const equality =
  (equal: boolean): Operator =>
  (left, right) =>
    isScalar(left) && isScalar(right) ? (left === right) === equal : GIVE_UP

const logical =
  (apply: (left: boolean, right: boolean) => boolean): Operator =>
  (left, right) =>
    typeof left === 'boolean' && typeof right === 'boolean' ? apply(left, right) : GIVE_UP

function concatenate(left: unknown, right: unknown): unknown {
  if (typeof left !== 'string' || typeof right !== 'string') return GIVE_UP
  return left.length + right.length > STRING_CHARACTERS ? GIVE_UP : left + right
}

const OPERATORS = new Map<unknown, Operator>([
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

function compileBinary(ast: jsonata.ExprNode, depth: number): Native | undefined {
  const operator = OPERATORS.get(ast.value)
  if (operator === undefined || ast.lhs === undefined || Array.isArray(ast.lhs) || ast.rhs === undefined)
    return undefined
  const left = compileNative(ast.lhs, depth + 1)
  const right = compileNative(ast.rhs, depth + 1)
  if (left === undefined || right === undefined) return undefined
  return (scope) => {
    const a = left(scope)
    if (a === GIVE_UP) return GIVE_UP
    const b = right(scope)
    return b === GIVE_UP ? GIVE_UP : operator(a, b)
  }
}
