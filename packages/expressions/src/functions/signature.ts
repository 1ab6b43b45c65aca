import { Callable } from '../evaluator/callable.js'
import { Failure } from '../evaluator/failure.js'
import { nameValue } from '../evaluator/wording.js'

/**
 * What a function takes, as JSONata writes it (docs.jsonata.org/embedding-extending): `<s-nn?:s>`. A letter a type:
 * `s` text, `n` number, `b` boolean, `l` null, `a` list, `o` object, `f` function, `j` any of these but a function, `x` any;
 * `(sn)` a choice, `a<s>` a list of, `?` optional, `+` one or more, `-` the context stands in.
 */
export interface Signature {
  readonly params: readonly Param[]
  /** Over one letter an argument. */
  readonly pattern: RegExp
}

interface Param {
  readonly letters: string
  readonly isList: boolean
  readonly items: string | undefined
  readonly usesContext: boolean
  readonly repeat: string
}

const PARAM = /(?:\(([a-z<>]*)\)|([sbnlaofjx]))(?:<([^>]*)>)?(-?)([?+]?)(-?)/g
const ANY = 'asnblfom'

const known = new Map<string, Signature>()

/** Throws a Failure for one that JSONata's parser would refuse. */
export function parseSignature(text: string): Signature {
  const before = known.get(text)
  if (before !== undefined) return before
  const inner = text.slice(1, endOfParams(text))
  const params = [...inner.matchAll(PARAM)].map(readParam)
  const pattern = new RegExp(
    `^${params.map(({ letters, repeat, usesContext }) => `([${letters}]${usesContext ? '?' : ''}${repeat})`).join('')}$`,
  )
  const signature = { params, pattern }
  if (known.size < 1_000) known.set(text, signature)
  return signature
}

/** What stands behind a colon outside of brackets is the type of the result, which nothing checks. */
function endOfParams(text: string): number {
  let depth = 0
  for (let at = 1; at < text.length; at++) {
    if (text[at] === '<' || text[at] === '(') depth++
    else if (text[at] === ')' || (text[at] === '>' && depth > 0)) depth--
    else if (depth === 0 && (text[at] === ':' || text[at] === '>')) return at
  }
  return text.length
}

function readParam([, choice, letter = '', items, before, repeat = '', behind]: RegExpMatchArray): Param {
  const usesContext = before === '-' || behind === '-'
  const letters = choice === undefined ? lettersOf(letter) : `${choice}m`
  return { letters, isList: letter === 'a', items, usesContext, repeat }
}

function lettersOf(letter: string): string {
  if (letter === 'f') return 'f'
  if (letter === 'j') return 'asnblom'
  return letter === 'a' || letter === 'x' ? ANY : `${letter}m`
}

/** The arguments as the function gets them: a lone value as a list where it takes one, the context where it stands in. */
export function validate(
  { params, pattern }: Signature,
  args: readonly unknown[],
  context: unknown,
  name: string | undefined,
): unknown[] {
  const match = pattern.exec(args.map(letterOf).join(''))
  if (match === null) throw mismatch(params, args, name)
  const valid: unknown[] = []
  let next = 0
  for (const [at, param] of params.entries()) {
    const letters = match[at + 1] ?? ''
    if (letters === '')
      valid.push(param.usesContext ? fromContext(param, context, args, next, name) : args[next++])
    for (const letter of letters) valid.push(asParam(param, letter, args[next++], next, name))
  }
  return valid
}

function letterOf(value: unknown): string {
  if (value === undefined) return 'm'
  if (value === null) return 'l'
  if (value instanceof Callable) return 'f'
  if (Array.isArray(value)) return 'a'
  if (typeof value === 'bigint') return 'n'
  return (typeof value)[0]!
}

function fromContext(
  { letters }: Param,
  context: unknown,
  args: readonly unknown[],
  at: number,
  name: string | undefined,
): unknown {
  if (letters.includes(letterOf(context))) return context
  // Whoever gives an argument meant that, and not the context.
  if (args.length > at) throw unfit(at, args[at], letters, name)
  throw new Failure(
    `${called(name)} needs ${nameLetters(letters)} as argument ${at + 1}: none is given, and the context is ${nameValue(context)}`,
  )
}

const unfit = (at: number, value: unknown, letters: string, name: string | undefined): Failure =>
  new Failure(
    `argument ${at + 1} of ${called(name)} must be ${nameLetters(letters)}, but is ${nameValue(value)}`,
  )

const SINGULAR: Readonly<Record<string, string>> = {
  a: 'a list',
  b: 'a boolean',
  f: 'a function',
  n: 'a number',
  o: 'an object',
  s: 'text',
  l: 'null',
}

/** `a number or text`; a letter of nothing at all is not worth a word. */
const nameLetters = (letters: string): string => {
  const names = [...new Set(letters)].flatMap((letter) => SINGULAR[letter] ?? [])
  return names.length < 2
    ? (names[0] ?? 'something else')
    : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}

function asParam(
  { isList, items }: Param,
  letter: string,
  arg: unknown,
  place: number,
  name: string | undefined,
): unknown {
  if (!isList || letter === 'm') return arg
  const list: readonly unknown[] = Array.isArray(arg) ? arg : [arg]
  const odd = items === undefined ? undefined : list.find((item) => letterOf(item) !== items[0])
  if (items === undefined || (odd === undefined && !list.includes(undefined))) return list
  throw new Failure(
    `argument ${place} of ${called(name)} must be a list of ${TYPES[items[0]!]}, but holds ${nameValue(odd)}`,
  )
}

const TYPES: Readonly<Record<string, string>> = {
  a: 'lists',
  b: 'booleans',
  f: 'functions',
  n: 'numbers',
  o: 'objects',
  s: 'texts',
  l: 'nulls',
}

function mismatch(params: readonly Param[], args: readonly unknown[], name: string | undefined): Failure {
  let pattern = ''
  let good = 0
  const given = args.map(letterOf).join('')
  for (const { letters, repeat, usesContext } of params) {
    pattern += `[${letters}]${usesContext ? '?' : ''}${repeat}`
    const match = new RegExp(`^${pattern}`).exec(given)
    if (match === null) break
    good = match[0].length
  }
  if (good >= args.length)
    return new Failure(`${called(name)} is given ${args.length} arguments, which is too few`)
  const param = params[good]
  return param === undefined || params.some(({ repeat }) => repeat === '+')
    ? new Failure(`argument ${good + 1} of ${called(name)} cannot be ${nameValue(args[good])}`)
    : unfit(good, args[good], param.letters, name)
}

const called = (name: string | undefined): string => (name === undefined ? 'a function' : `$${name}`)
