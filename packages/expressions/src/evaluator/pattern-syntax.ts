import { Failure } from './failure.js'

/**
 * A pattern of JavaScript as RE2 writes it. Most is the same; what RE2 would read as something else, without a word, is
 * written here so that it means what it means in JavaScript: white space, what a dot leaves out, escapes of code
 * points, classes and lone braces. Throws a Failure for what RE2 cannot say.
 */
export function translate({ source }: RegExp): string {
  let out = ''
  for (let at = 0; at < source.length; ) {
    const [text, length] = source[at] === '[' ? translateClass(source, at) : translateAtom(source, at)
    out += text
    at += length
  }
  return out
}

/** What is written instead, and how many characters it stands for. */
type Piece = readonly [text: string, length: number]

/** ECMA-262 WhiteSpace and LineTerminator. */
const SPACE =
  '\\t\\n\\x{B}\\f\\r \\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}\\x{FEFF}'
/** Everything else. */
const NO_SPACE =
  '\\x{0}-\\x{8}\\x{E}-\\x{1F}!-\\x{9F}\\x{A1}-\\x{167F}\\x{1681}-\\x{1FFF}\\x{200B}-\\x{2027}\\x{202A}-\\x{202E}' +
  '\\x{2030}-\\x{205E}\\x{2060}-\\x{2FFF}\\x{3001}-\\x{FEFE}\\x{FF00}-\\x{10FFFF}'
const ANY = '\\x{0}-\\x{10FFFF}'
const DOT = '[^\\n\\r\\x{2028}\\x{2029}]'

function translateAtom(source: string, at: number): Piece {
  switch (source[at]) {
    case '.':
      return [DOT, 1]
    case '\\':
      return translateEscape(source, at, false)
    case '{': {
      const [quantifier] = /^\{\d+(?:,\d*)?\}/.exec(source.slice(at, at + 20)) ?? []
      return quantifier === undefined ? ['\\{', 1] : [quantifier, quantifier.length]
    }
    case '}':
    case ']':
      return [`\\${source[at]}`, 1]
    default:
      return [source[at]!, 1]
  }
}

const CODE = /^\\(?:u\{([0-9a-f]{1,6})\}|u([0-9a-f]{4})|x([0-9a-f]{2})|c([a-z]))/i

function translateEscape(source: string, at: number, inClass: boolean): Piece {
  const next = source[at + 1] ?? ''
  const code = CODE.exec(source.slice(at, at + 10))
  if (code !== null) return translateCode(source, at, code)
  if (next === 's') return [inClass ? SPACE : `[${SPACE}]`, 2]
  if (next === 'S') return [inClass ? NO_SPACE : `[${NO_SPACE}]`, 2]
  if (next === '0' && !/\d/.test(source[at + 2] ?? '')) return ['\\x{0}', 2]
  if (/\d/.test(next) || source.startsWith('\\k<', at)) throw new Failure(`\\${next} refers back to a group`)
  if (next === 'v') return ['\\x{B}', 2]
  if (next === 'b' && inClass) return ['\\x{8}', 2]
  if (next === 'p' || next === 'P') return translateProperty(source, at)
  const known = inClass ? 'dDwWtnrf' : 'dDwWtnrfbB'
  return [known.includes(next) ? `\\${next}` : literal(next), 2]
}

/** Two escapes that are the halves of a pair are one character. */
function translateCode(
  source: string,
  at: number,
  [text, braced, four, two, control]: RegExpExecArray,
): Piece {
  if (control !== undefined)
    return [`\\x{${(control.toUpperCase().charCodeAt(0) % 32).toString(16)}}`, text!.length]
  const value = Number.parseInt(braced ?? four ?? two ?? '', 16)
  if (value > 0x10ffff) throw new Failure(`${text} is no character`)
  const low = /^\\u(d[c-f][0-9a-f]{2})/i.exec(source.slice(at + text!.length, at + text!.length + 6))
  if (value >= 0xd800 && value <= 0xdbff && low !== null) {
    const pair = String.fromCharCode(value, Number.parseInt(low[1]!, 16))
    return [`\\x{${pair.codePointAt(0)!.toString(16)}}`, text!.length + 6]
  }
  if (value >= 0xd800 && value <= 0xdfff) throw new Failure(`${text} is half a character`)
  return [`\\x{${value.toString(16)}}`, text!.length]
}

/** `\p{L}` and `\p{Script=Greek}`, as with the flag `u`: nobody means the letter p. */
function translateProperty(source: string, at: number): Piece {
  const found = /^\\([pP])\{(?:(?:Script|sc|General_Category|gc)=)?(\w+)\}/.exec(source.slice(at))
  if (found === null) throw new Failure('\\p needs the name of a property in braces')
  return [`\\${found[1]}{${found[2]}}`, found[0].length]
}

const literal = (character: string): string =>
  /[\\^$.*+?()[\]{}|-]/.test(character) ? `\\${character}` : character

function translateClass(source: string, start: number): Piece {
  const negated = source[start + 1] === '^'
  let at = start + (negated ? 2 : 1)
  let inner = ''
  let before: 'set' | 'character' | 'range' | undefined
  while (at < source.length && source[at] !== ']') {
    const isSet = /^\\[dDwWsSpP]/.test(source.slice(at, at + 2))
    const isRange = source[at] === '-' && before === 'character' && source[at + 1] !== ']'
    const beforeSet = isRange && /^-\\[dDwWsSpP]/.test(source.slice(at, at + 3))
    const [text, length] =
      source[at] === '\\' ? translateEscape(source, at, true) : ([literal(source[at]!), 1] as const)
    inner += isRange && !beforeSet ? '-' : text
    before = isSet ? 'set' : isRange && !beforeSet ? 'range' : before === 'range' ? undefined : 'character'
    at += length
  }
  if (inner === '') return [negated ? `[${ANY}]` : `[^${ANY}]`, at + 1 - start]
  return [`[${negated ? '^' : ''}${inner}]`, at + 1 - start]
}
