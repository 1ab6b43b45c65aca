import { type Json, MillraceError } from '@millrace/contracts'
import { BUILTINS } from '../functions/library.js'
import type { OnNote } from '../types.js'
import { openBudget } from './budget.js'
import { Evaluation } from './evaluate.js'
import { Failure } from './failure.js'
import { openNotes, takeNotes } from './notes.js'
import { toPlain } from './result.js'
import { type Node, parse } from './syntax.js'

/** JSONata with every guard on. Compiled once; safe to evaluate many times, also at the same time. */
export interface GuardedExpression {
  readonly tree: Node
  /** Never changes the scope, never waits. Throws MillraceError EXPRESSION_FAILED or EXPRESSION_LIMIT. */
  evaluate(scope: object, onNote?: OnNote): Json | undefined
}

/** Throws MillraceError EXPRESSION_FAILED for a syntax error, EXPRESSION_LIMIT for a source that is too long. */
export function compileGuarded(source: string): GuardedExpression {
  const tree = attempt(source, () => parse(source))
  return { tree, evaluate: (scope, onNote) => attempt(source, () => run(tree, scope, onNote)) }
}

function run(tree: Node, scope: object, onNote: OnNote | undefined): Json | undefined {
  openBudget()
  openNotes()
  const value = toPlain(new Evaluation(Date.now()).start(tree, scope, BUILTINS))
  if (onNote !== undefined) for (const note of takeNotes()) onNote(note)
  return value
}

function attempt<T>(source: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    // What reads data may itself refuse: results that are too large to be read.
    if (cause instanceof MillraceError) throw cause
    // A RangeError is V8's own limit: its stack, or a text that is too long.
    const isLimit = cause instanceof RangeError || (cause instanceof Failure && cause.limit)
    throw new MillraceError(
      isLimit ? 'EXPRESSION_LIMIT' : 'EXPRESSION_FAILED',
      `${describe(cause)} in {{ ${shorten(source)} }}`,
      { cause },
    )
  }
}

const describe = (cause: unknown): string =>
  typeof cause === 'object' && cause !== null && 'message' in cause ? String(cause.message) : String(cause)

const shorten = (source: string): string =>
  source.length <= 200 ? source.trim() : `${source.slice(0, 200).trim()} …`
