import { readNumber } from '@millrace/contracts'

/** The part of JSONata's syntax tree that simple expressions are made of, in JSONata's own shape. */
export type SimpleTree =
  | {
      readonly type: 'string' | 'number' | 'value'
      readonly value: string | number | bigint | boolean | null
    }
  | { readonly type: 'path'; readonly steps: readonly { readonly type: 'name'; readonly value: string }[] }
  | {
      readonly type: 'binary'
      readonly value: string
      readonly lhs: SimpleTree
      readonly rhs: SimpleTree
    }
  | { readonly type: 'block'; readonly expressions: readonly SimpleTree[] }

/** Operators and brackets; the parser, and the closures made from its tree, call each other on the stack. */
const MAX_SYMBOLS = 50

/** Its groups: name, quoted name, number, text in double and in single quotes, symbol. Named ones cost twice the time. */
const TOKEN =
  /\s*(?:([A-Za-z_][A-Za-z0-9_]*(?![\w`"']))|`([^`]+)`|((?:0|[1-9]\d*)(?:\.\d+)?(?![\d.eE]))|"([^"\\]*)"|'([^'\\]*)'|(!=|<=|>=|[.()=<>+\-*/&]))/y
/** JSONata's binding powers. */
const POWERS = new Map([
  ['or', 25],
  ['and', 30],
  ['=', 40],
  ['!=', 40],
  ['<', 40],
  ['>', 40],
  ['<=', 40],
  ['>=', 40],
  ['+', 50],
  ['-', 50],
  ['&', 50],
  ['*', 60],
  ['/', 60],
])
const LITERALS = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
])

interface Token {
  readonly kind: 'name' | 'literal' | 'text' | 'number' | 'symbol' | 'end'
  readonly text: string
}

/**
 * Parses an expression of names, literals, operators and brackets as JSONata would, forty times as fast. Undefined
 * for everything else, errors included: JSONata itself has the last word on those.
 */
export function parseSimple(source: string): SimpleTree | undefined {
  const tokens = scan(source)
  if (tokens === undefined) return undefined
  const symbols = tokens.filter(({ kind, text }) => kind === 'symbol' && text !== '.').length
  return symbols > MAX_SYMBOLS ? undefined : new Parser(tokens).parse()
}

function scan(source: string): Token[] | undefined {
  const text = source.trimEnd()
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text)
    if (match === null) return undefined
    tokens.push(tokenOf(match))
  }
  tokens.push({ kind: 'end', text: '' })
  return tokens
}

function tokenOf([, name, quoted, number, double, single, symbol]: readonly (string | undefined)[]): Token {
  if (name !== undefined)
    return { kind: LITERALS.has(name) ? 'literal' : POWERS.has(name) ? 'symbol' : 'name', text: name }
  if (quoted !== undefined) return { kind: 'name', text: quoted }
  if (number !== undefined) return { kind: 'number', text: number }
  if (symbol !== undefined) return { kind: 'symbol', text: symbol }
  return { kind: 'text', text: double ?? single ?? '' }
}

/** Owns: the position in the tokens of one source. Every method gives undefined to leave it to JSONata. */
class Parser {
  #next = 0

  constructor(private readonly tokens: readonly Token[]) {}

  parse(): SimpleTree | undefined {
    const tree = this.#expression(0)
    return this.#peek().kind === 'end' ? tree : undefined
  }

  #peek(): Token {
    return this.tokens[this.#next]!
  }

  /** The end stays where it is. */
  #take(): Token {
    const token = this.#peek()
    if (token.kind !== 'end') this.#next++
    return token
  }

  #takes(symbol: string): boolean {
    const { kind, text } = this.#peek()
    if (kind !== 'symbol' || text !== symbol) return false
    this.#next++
    return true
  }

  #expression(above: number): SimpleTree | undefined {
    let left = this.#operand()
    while (left !== undefined) {
      const { kind, text } = this.#peek()
      const power = kind === 'symbol' ? (POWERS.get(text) ?? 0) : 0
      if (power <= above) break
      this.#next++
      const right = this.#expression(power)
      left = right && { type: 'binary', value: text, lhs: left, rhs: right }
    }
    return left
  }

  #operand(): SimpleTree | undefined {
    const { kind, text } = this.#take()
    switch (kind) {
      case 'number':
        return numberOf(text)
      case 'literal':
        return { type: 'value', value: LITERALS.get(text) ?? null }
      case 'text':
        return { type: 'string', value: text }
      case 'name':
        return this.#named(text)
      case 'symbol':
        return text === '(' ? this.#block() : undefined
      case 'end':
        return undefined
    }
  }

  #block(): SimpleTree | undefined {
    const inner = this.#expression(0)
    if (inner === undefined || !this.#takes(')')) return undefined
    return { type: 'block', expressions: [inner] }
  }

  #named(name: string): SimpleTree | undefined {
    const steps = [{ type: 'name' as const, value: name }]
    while (this.#takes('.')) {
      const { kind, text } = this.#take()
      if (kind !== 'name') return undefined
      steps.push({ type: 'name', value: text })
    }
    return { type: 'path', steps }
  }
}

/** As exact as in data; one beyond every double is JSONata's to refuse. */
const numberOf = (text: string): SimpleTree | undefined => {
  const value = readNumber(text)
  return value === undefined ? undefined : { type: 'number', value }
}
