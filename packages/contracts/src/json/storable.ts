import { MillraceError } from '../errors.js'
import { stringifyJson } from './stringify.js'
import { pointerTo } from './text.js'

/** How JSON text spells what cannot be stored. An escaped backslash before it means something else: looked at again. */
const SUSPICIOUS = /\\u0000|\\ud[89a-f]|"__proto__":/i
const LONE_SURROGATE = /\p{Surrogate}/u
const UNSTORABLE = /\0|\p{Surrogate}/gu

/**
 * The one door for what a step, a wait, a call or an event hands over: Postgres keeps neither U+0000 nor half of a
 * surrogate pair, and a key called `__proto__` would set a prototype (D7). `what` begins the message; `text` is the value
 * as JSON where the caller has it at hand.
 * @throws UNSTORABLE_VALUE with what was found, and the path to it.
 */
export const refuseUnstorable = (value: unknown, what: string, text = stringifyJson(value)): void => {
  const found = SUSPICIOUS.test(text) ? find(value, '') : undefined
  if (found === undefined) return
  const place = found.path === '' ? '' : ` at ${found.path}`
  throw new MillraceError('UNSTORABLE_VALUE', `${what} holds ${found.what}${place}`)
}

interface Found {
  readonly what: string
  /** JSON pointer, fit to be stored itself. */
  readonly path: string
}

const find = (value: unknown, path: string): Found | undefined => {
  if (typeof value === 'string') return inText(value, path)
  if (value === null || typeof value !== 'object') return undefined
  for (const [key, member] of Object.entries(value)) {
    const place = path + pointerTo(key.replace(UNSTORABLE, '\ufffd'))
    if (key === '__proto__') return { what: 'a key called __proto__', path: place }
    const inKey = inText(key, place)
    if (inKey !== undefined) return { ...inKey, what: `a key with ${inKey.what}` }
    const found = find(member, place)
    if (found !== undefined) return found
  }
  return undefined
}

const inText = (text: string, path: string): Found | undefined => {
  if (text.includes('\0')) return { what: 'the character U+0000', path }
  return LONE_SURROGATE.test(text) ? { what: 'half of a surrogate pair', path } : undefined
}
