import { type Json, MillraceError } from '@millrace/contracts'
import jsonata from 'jsonata'
import { EVALUATION_MS, SEQUENCE_ITEMS, SOURCE_CHARACTERS, STACK_DEPTH } from '../limits.js'
import { guardFunctions } from './guarded-functions.js'
import { LinearRegex } from './linear-regex.js'
import { toPlain } from './to-plain.js'

/** JSONata with every guard on. Compiled once; safe to evaluate many times, also at the same time. */
export interface GuardedExpression {
  readonly ast: jsonata.ExprNode
  /** Throws MillraceError EXPRESSION_FAILED or EXPRESSION_LIMIT. */
  evaluate(scope: object): Promise<Json | undefined>
}

const OPTIONS: jsonata.JsonataOptions = {
  timeout: EVALUATION_MS,
  stack: STACK_DEPTH,
  sequence: SEQUENCE_ITEMS,
  RegexEngine: LinearRegex as unknown as RegExpConstructor,
}

/** Throws MillraceError EXPRESSION_FAILED for a syntax error. */
export function compileGuarded(source: string): GuardedExpression {
  if (source.length > SOURCE_CHARACTERS) {
    throw new MillraceError(
      'EXPRESSION_LIMIT',
      `the expression has ${source.length} characters; at most ${SOURCE_CHARACTERS}`,
    )
  }
  let expression: jsonata.Expression
  try {
    expression = jsonata(source, OPTIONS)
  } catch (cause) {
    throw new MillraceError('EXPRESSION_FAILED', `${describe(cause)} in {{ ${shorten(source)} }}`, { cause })
  }
  guardFunctions(expression)
  return {
    ast: expression.ast(),
    async evaluate(scope) {
      try {
        return toPlain(await expression.evaluate(scope))
      } catch (cause) {
        throw new MillraceError(
          isLimit(cause) ? 'EXPRESSION_LIMIT' : 'EXPRESSION_FAILED',
          `${describe(cause)} in {{ ${shorten(source)} }}`,
          {
            cause,
          },
        )
      }
    },
  }
}

/** JSONata's codes for its guards (stack, time, sequence, range), ours, and V8's own limits. */
const LIMIT_CODES: ReadonlySet<unknown> = new Set(['D1011', 'D1012', 'D2014', 'D2015', 'LIMIT'])

function isLimit(error: unknown): boolean {
  if (error instanceof RangeError) return true
  return typeof error === 'object' && error !== null && 'code' in error && LIMIT_CODES.has(error.code)
}

function describe(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : String(error)
}

const shorten = (source: string): string =>
  source.length <= 200 ? source.trim() : `${source.slice(0, 200).trim()} …`
