import { type Json, MillraceError } from '@millrace/contracts'
import type { CompiledTemplate } from '../types.js'
import { constant, type Piece, whenAll } from './piece.js'
import { compileText } from './text.js'

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
      ? compileText(value, place, 'url')
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
