import { type Json, MillraceError } from '@millrace/contracts'
import jsonata from 'jsonata'
import { ELAPSED_MS, SEQUENCE_ITEMS, SOURCE_CHARACTERS, STACK_DEPTH, STRING_CHARACTERS } from '../limits.js'
import { checkTime, limitError, openBudget, weigh } from './budget.js'
import { wildcard } from './functions/arrays.js'
import { installGuards } from './functions/install.js'
import { LinearRegex } from './linear-regex.js'
import { toPlain } from './to-plain.js'
import { makesValue, prepareTree, WILDCARD } from './tree.js'
import { inTurn } from './turns.js'

await installGuards()

/** JSONata with every guard on. Compiled once; safe to evaluate many times, also at the same time. */
export interface GuardedExpression {
  readonly ast: jsonata.ExprNode
  /** Never changes the scope. Throws MillraceError EXPRESSION_FAILED or EXPRESSION_LIMIT. */
  evaluate(scope: object): Promise<Json | undefined>
}

const OPTIONS: jsonata.JsonataOptions = {
  timeout: ELAPSED_MS,
  stack: STACK_DEPTH,
  sequence: SEQUENCE_ITEMS,
  RegexEngine: LinearRegex as unknown as RegExpConstructor,
}
/** JSONata calls what is bound here with each node's result. */
const AFTER_NODE = Symbol.for('jsonata.__evaluate_exit') as unknown as string
/** As JSONata's own functions are defined: its published types know nothing of `createSequence`. */
const WILDCARD_FUNCTION = { _jsonata_function: true, implementation: wildcard }

/** Throws MillraceError EXPRESSION_FAILED for a syntax error, EXPRESSION_LIMIT for a source that is too long. */
export function compileGuarded(source: string): GuardedExpression {
  if (source.length > SOURCE_CHARACTERS) {
    throw new MillraceError(
      'EXPRESSION_LIMIT',
      `the expression has ${source.length} characters; at most ${SOURCE_CHARACTERS}`,
    )
  }
  try {
    const expression = jsonata(source, OPTIONS)
    const ast = expression.ast()
    const { mutates } = prepareTree(ast, source)
    expression.assign(AFTER_NODE, checkResult)
    expression.assign(WILDCARD, WILDCARD_FUNCTION)
    return { ast, evaluate: (scope) => inTurn(() => run(expression, source, scope, mutates)) }
  } catch (cause) {
    throw failure(cause, source)
  }
}

async function run(
  expression: jsonata.Expression,
  source: string,
  scope: object,
  mutates: boolean,
): Promise<Json | undefined> {
  openBudget()
  try {
    return toPlain(await expression.evaluate(mutates ? copyOf(scope) : scope))
  } catch (cause) {
    throw failure(cause, source)
  }
}

function checkResult(node: { type: string }, _input: unknown, _environment: unknown, result: unknown): void {
  checkTime()
  if (typeof result === 'string') {
    if (result.length > STRING_CHARACTERS) throw limitError(`a text of ${result.length} characters`)
  } else if (typeof result === 'object' && result !== null && makesValue(node)) weigh(result)
}

function copyOf<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copyOf) as T
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copyOf(member)])) as T
}

/** JSONata's own guards of time, stack, sequence and range, and ours. */
const LIMIT_CODES: ReadonlySet<unknown> = new Set(['D1012', 'D1011', 'D2014', 'D2015', 'LATE', 'LIMIT'])

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined

/** A RangeError is V8's own limit: its stack, or a text that is too long. */
function failure(cause: unknown, source: string): MillraceError {
  const isLimit = cause instanceof RangeError || LIMIT_CODES.has(codeOf(cause))
  return new MillraceError(
    isLimit ? 'EXPRESSION_LIMIT' : 'EXPRESSION_FAILED',
    `${describe(cause)} in {{ ${shorten(source)} }}`,
    { cause },
  )
}

function describe(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : String(error)
}

const shorten = (source: string): string =>
  source.length <= 200 ? source.trim() : `${source.slice(0, 200).trim()} …`
