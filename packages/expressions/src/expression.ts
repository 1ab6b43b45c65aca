import type { Json } from '@millrace/contracts'
import { compileGuarded, type GuardedExpression } from './evaluator/guarded.js'
import { compileNative, GIVE_UP, type Native } from './native/native.js'
import { parseSimple, type SimpleTree } from './native/parse.js'
import { expressionSource } from './template/source.js'
import { inTurn } from './turns.js'
import type { CompiledExpression, OnNote, Scope } from './types.js'

/** What is kept compiled; the least recently used leave. A tree takes some hundred bytes a character. */
const CACHE_ENTRIES = 5_000
const CACHE_CHARACTERS = 500_000
/** Longer ones are never simple. */
const SIMPLE_CHARACTERS = 2_000
const cache = new Map<string, Expression>()
let cachedCharacters = 0

export type SyntaxTree = SimpleTree | GuardedExpression['tree']

/** A simple expression runs as a closure; any other, and any surprise in the data, goes to JSONata. */
export class Expression implements CompiledExpression {
  readonly #source: string
  readonly #native: Native | undefined
  readonly tree: SyntaxTree
  /** A simple expression may never need it. */
  #guarded: GuardedExpression | undefined

  /** Throws MillraceError EXPRESSION_FAILED for a syntax error, EXPRESSION_LIMIT for a source that is too long. */
  constructor(source: string) {
    this.#source = source
    const simple = parseIfSimple(source)
    this.#native = simple && compileNative(simple)
    this.tree = simple ?? this.#askJsonata().tree
  }

  #askJsonata(): GuardedExpression {
    this.#guarded ??= compileGuarded(this.#source)
    return this.#guarded
  }

  async evaluate(scope: Scope | Record<string, unknown>, onNote?: OnNote): Promise<Json | undefined> {
    const simple = this.tryNow(scope)
    if (simple !== GIVE_UP) return simple as Json | undefined
    const guarded = this.#askJsonata()
    return inTurn(() => guarded.evaluate(scope, onNote))
  }

  /** The value without waiting, or GIVE_UP. */
  tryNow(scope: object): unknown {
    return this.#native === undefined ? GIVE_UP : this.#native(scope)
  }
}

/**
 * The syntax tree of a source, bare or in `{{ }}`, in JSONata's shape. A simple one is read faster than the cache
 * is asked: looking through a large definition throws nothing out of it. Throws as `compileExpression`.
 */
export function parseExpression(source: string): SyntaxTree {
  const bare = unwrap(source)
  return parseIfSimple(bare) ?? compileExpression(bare).tree
}

const parseIfSimple = (source: string): SimpleTree | undefined =>
  source.length <= SIMPLE_CHARACTERS ? parseSimple(source) : undefined

/**
 * Compiles a bare JSONata source, or one in `{{ }}`. Throws MillraceError EXPRESSION_FAILED for a syntax error,
 * EXPRESSION_LIMIT for a source that is too long.
 */
export function compileExpression(source: string): Expression {
  const bare = unwrap(source)
  const known = cache.get(bare)
  if (known !== undefined) {
    cache.delete(bare)
    cache.set(bare, known)
    return known
  }
  const expression = new Expression(bare)
  cache.set(bare, expression)
  cachedCharacters += bare.length
  for (const oldest of cache.keys()) {
    if (cache.size <= CACHE_ENTRIES && cachedCharacters <= CACHE_CHARACTERS) break
    cache.delete(oldest)
    cachedCharacters -= oldest.length
  }
  return expression
}

/** What is no single expression is left to the parser, which says why. */
const unwrap = (source: string): string => expressionSource(source) ?? source.trim()
