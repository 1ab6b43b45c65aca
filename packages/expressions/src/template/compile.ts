import { type Json, MillraceError, stringifyJson } from '@millrace/contracts'
import { compileExpression, type Expression } from '../expression.js'
import { STRING_CHARACTERS } from '../limits.js'
import { GIVE_UP } from '../native/native.js'
import type { CompiledTemplate, Scope } from '../types.js'
import { type Part, scanTemplate } from './scan.js'
import { joinUrl } from './url.js'

/** Gives the value, or a promise of it when JSONata had to be asked. */
type Resolver = (scope: Scope) => Json | undefined | Promise<Json | undefined>

type Piece =
  | { readonly constant: true; readonly value: Json; readonly resolve: Resolver }
  | { readonly constant: false; readonly resolve: Resolver }

/**
 * Compiles a tree of params. A string that is exactly one `{{ }}` keeps its value's type; in mixed text, objects
 * become JSON and nothing becomes the empty string. An expression that gives nothing leaves its key out of an
 * object, and null in an array. `pointer` is where the tree stands, for messages; `urls` names the params that are
 * URLs, whose values are encoded for where they stand.
 * Throws MillraceError EXPRESSION_FAILED for a syntax error.
 */
export function compileTemplate(
  params: Record<string, Json>,
  pointer = '',
  urls: readonly string[] = [],
): CompiledTemplate {
  const piece = compileObject(params, pointer, urls)
  return {
    constant: piece.constant,
    resolve: async (scope) => (piece.constant ? piece.value : ((await piece.resolve(scope)) ?? null)),
  }
}

function compileValue(value: Json, pointer: string): Piece {
  if (typeof value === 'string') return compileText(value, pointer)
  if (Array.isArray(value)) return compileArray(value, pointer)
  if (value !== null && typeof value === 'object') return compileObject(value, pointer)
  return constant(value)
}

const constant = (value: Json): Piece => ({ constant: true, value, resolve: () => value })

/** Makes one text of the parts of a template, given what each has come to. */
type Join = (parts: readonly Part[], texts: readonly string[], pointer: string) => string

const joinPlainly: Join = (_parts, texts) => texts.join('')

function compileText(text: string, pointer: string, join: Join = joinPlainly): Piece {
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
  return {
    constant: false,
    resolve: (scope) => whenAll(pieces, scope, (values) => joinText(parts, values, pointer, join)),
  }
}

function scan(text: string, pointer: string) {
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
  scope: Scope,
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

function joinText(
  parts: readonly Part[],
  values: readonly (Json | undefined)[],
  pointer: string,
  join: Join,
): string {
  const text = join(parts, values.map(toText), pointer)
  if (text.length > STRING_CHARACTERS)
    throw new MillraceError('EXPRESSION_LIMIT', `${pointer}: a text of ${text.length} characters`)
  return text
}

function toText(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? stringifyJson(value) : String(value)
}

function compileArray(items: readonly Json[], pointer: string): Piece {
  const pieces = items.map((item, index) => compileValue(item, `${pointer}/${index}`))
  if (pieces.every((piece) => piece.constant)) return constant(pieces.map(({ value }) => value))
  return {
    constant: false,
    resolve: (scope) => whenAll(pieces, scope, (values) => values.map((value) => value ?? null)),
  }
}

function compileObject(object: Record<string, Json>, pointer: string, urls: readonly string[] = []): Piece {
  const keys = Object.keys(object)
  if (keys.includes('__proto__'))
    throw new MillraceError('EXPRESSION_FAILED', `${pointer}: no member may be called __proto__`)
  const pieces = keys.map((key) => {
    const value = object[key] ?? null
    const place = `${pointer}/${escapePointer(key)}`
    return typeof value === 'string' && urls.includes(key)
      ? compileText(value, place, joinUrl)
      : compileValue(value, place)
  })
  const combine = (values: readonly (Json | undefined)[]): Json => {
    const out: { [key: string]: Json } = {}
    for (const [index, value] of values.entries()) if (value !== undefined) out[keys[index]!] = value
    return out
  }
  if (pieces.every((piece) => piece.constant)) return constant(combine(pieces.map(({ value }) => value)))
  return { constant: false, resolve: (scope) => whenAll(pieces, scope, combine) }
}

/** RFC 6901. */
export const escapePointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1')

/** Waits only if something has to be waited for: most params resolve at once. */
function whenAll(
  pieces: readonly Piece[],
  scope: Scope,
  combine: (values: readonly (Json | undefined)[]) => Json,
): Json | Promise<Json> {
  let pending = false
  const values = pieces.map((piece) => {
    const value = piece.resolve(scope)
    if (value instanceof Promise) pending = true
    return value
  })
  return pending ? Promise.all(values).then(combine) : combine(values as (Json | undefined)[])
}
