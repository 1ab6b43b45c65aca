import { type Json, MillraceError, stringifyJson } from '@millrace/contracts'
import { compileExpression, type Expression } from '../expression.js'
import { STRING_CHARACTERS } from '../limits.js'
import { GIVE_UP } from '../native/native.js'
import { constant, type Names, type Piece, type Resolver, whenAll } from './piece.js'
import { type Part, scanTemplate } from './scan.js'
import { joinUrl } from './url.js'

/** What a text with `{{ }}` in it stands for: in a URL, values are encoded for where they stand. */
export type TemplateKind = 'text' | 'url'

/**
 * Compiles one text of the params. Runs and the editor's preview both come through here, so that what is shown is what
 * is sent. `pointer` is where it stands, for messages. Throws MillraceError EXPRESSION_FAILED for a syntax error;
 * resolving throws that of an expression, EXPRESSION_LIMIT, and INVALID_PARAMS for a URL without a value it needs.
 */
export function compileText(text: string, pointer: string, kind: TemplateKind = 'text'): Piece {
  if (!text.includes('{{')) return constant(text)
  const parts = scan(text, pointer)
  const only = parts.length === 1 ? parts[0] : undefined
  if (only?.kind === 'expression') return { constant: false, resolve: compileOne(only.source, pointer) }
  if (parts.every((part) => part.kind === 'text')) return constant(parts.map((part) => part.text).join(''))
  const pieces = parts.map(
    (part): Piece =>
      part.kind === 'text'
        ? constant(part.text)
        : { constant: false, resolve: compileOne(part.source, pointer) },
  )
  const join = kind === 'url' ? joinUrl : joinPlainly
  return {
    constant: false,
    resolve: (scope) =>
      whenAll(pieces, scope, (values) => located(pointer, () => bounded(join(parts, values.map(toText))))),
  }
}

/** Makes one text of the parts of a template, given what each has come to; undefined is nothing. */
type Join = (parts: readonly Part[], texts: readonly (string | undefined)[]) => string

const joinPlainly: Join = (_parts, texts) => texts.join('')

function scan(text: string, pointer: string): Part[] {
  try {
    return scanTemplate(text)
  } catch (cause) {
    throw new MillraceError('EXPRESSION_FAILED', `${pointer}: ${(cause as Error).message}`, { cause })
  }
}

function compileOne(source: string, pointer: string): Resolver {
  const expression = located(pointer, () => compileExpression(source))
  return (scope) => {
    const simple = expression.tryNow(scope)
    return simple === GIVE_UP ? evaluateSlowly(expression, scope, pointer) : (simple as Json | undefined)
  }
}

async function evaluateSlowly(
  expression: Expression,
  scope: Names,
  pointer: string,
): Promise<Json | undefined> {
  try {
    return await expression.evaluate(scope)
  } catch (error) {
    throw relocate(error, pointer)
  }
}

function located<T>(pointer: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw relocate(error, pointer)
  }
}

/** Says where in the params the expression stands. */
const relocate = (error: unknown, pointer: string): unknown =>
  error instanceof MillraceError
    ? new MillraceError(error.code, `${pointer}: ${error.message}`, { ...error.extras, cause: error })
    : error

function bounded(text: string): string {
  if (text.length <= STRING_CHARACTERS) return text
  throw new MillraceError('EXPRESSION_LIMIT', `a text of ${text.length} characters`)
}

function toText(value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return undefined
  return typeof value === 'object' ? stringifyJson(value) : String(value)
}
