import { type Json, MillraceError } from '@millrace/contracts'
import { decodeText, encodeText } from './charset.js'

/** How a list is written under one name: `a=1&a=2`, `a[]=1&a[]=2`, `a[0]=1&a[1]=2` or `a=1,2`. */
export type ListStyle = 'repeat' | 'brackets' | 'indices' | 'comma'

type Scalar = string | number | bigint | boolean

/**
 * The pairs of a query or a form, in order: null leaves a name out, a list is written in this style.
 * Throws INVALID_PARAMS for an object: there is no one way to write it.
 */
export const pairsOf = (fields: { readonly [name: string]: Json }, lists: ListStyle): [string, string][] =>
  Object.entries(fields).flatMap(([name, value]): [string, string][] => {
    if (value === null) return []
    if (!Array.isArray(value)) return [[name, scalarText(value, name)]]
    const texts = value.filter((item) => item !== null).map((item) => scalarText(item, name))
    if (lists === 'comma') return texts.length === 0 ? [] : [[name, texts.join(',')]]
    return texts.map((text, index) => [listName(name, index, lists), text])
  })

const listName = (name: string, index: number, lists: ListStyle): string =>
  lists === 'repeat' ? name : lists === 'brackets' ? `${name}[]` : `${name}[${index}]`

const scalarText = (value: Json, name: string): string => {
  if (isScalar(value)) return String(value)
  throw new MillraceError(
    'INVALID_PARAMS',
    `The field ${JSON.stringify(name)} holds an object or a list of lists: a form has texts only. ` +
      'Name each member, such as "address[city]", or write it as text with $string()',
  )
}

const isScalar = (value: unknown): value is Scalar =>
  ['string', 'number', 'bigint', 'boolean'].includes(typeof value)

/** `application/x-www-form-urlencoded` in this encoding; undefined where it cannot write a text. WHATWG URL, section 5. */
export const writeForm = (pairs: readonly [string, string][], encoding: string): string | undefined => {
  const written = pairs.map(([name, value]) => [percent(name, encoding), percent(value, encoding)])
  return written.some((pair) => pair.includes(undefined))
    ? undefined
    : written.map((pair) => pair.join('=')).join('&')
}

const percent = (text: string, encoding: string): string | undefined => {
  const bytes = encodeText(text, encoding)
  return bytes === undefined ? undefined : Array.from(bytes, formByte).join('')
}

const formByte = (byte: number): string => {
  const char = String.fromCharCode(byte)
  if (char === ' ') return '+'
  return /[A-Za-z0-9*._-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
}

/**
 * The pairs of a form, in order, its escapes read in this encoding; undefined where one is no text in it, which would
 * otherwise be replaced by U+FFFD.
 */
export const readForm = (text: string, encoding: string): [string, string][] | undefined => {
  const pairs: [string, string][] = []
  for (const pair of splitPairs(text)) {
    const [name, value] = pair.map((part) => readEscapes(part, encoding))
    if (name === undefined || value === undefined) return undefined
    pairs.push([name, value])
  }
  return pairs
}

/**
 * The pairs of a query or a form that names no charset, one character a byte. Each name and each value is UTF-8, or
 * windows-1252 where it is not, which has a character for every byte: one stray byte spoils nothing beside it.
 */
export const readUnlabelledForm = (text: string): [string, string][] =>
  splitPairs(text).map(([name, value]) => [guessText(name), guessText(value)])

const guessText = (text: string): string => {
  const spaced = text.replaceAll('+', ' ')
  if (PLAIN.test(spaced)) return spaced
  const bytes = unescapeBytes(Buffer.from(spaced, 'latin1'))
  return decodeText(bytes, 'utf-8') ?? decodeText(bytes, 'windows-1252') ?? spaced
}

/** ASCII without escapes, which means the same in both. */
const PLAIN = /^[\x20-\x24\x26-\x7e]*$/

const splitPairs = (text: string): [string, string][] =>
  text.split('&').flatMap((pair): [string, string][] => {
    if (pair === '') return []
    const at = pair.indexOf('=')
    return [at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]]
  })

const readEscapes = (text: string, encoding: string): string | undefined => {
  const spaced = text.replaceAll('+', ' ')
  if (!spaced.includes('%')) return spaced
  const bytes = encodeText(spaced, encoding)
  return bytes === undefined ? undefined : decodeText(unescapeBytes(bytes), encoding)
}

/** A percent sign that begins no escape stands for itself. */
const unescapeBytes = (bytes: Uint8Array): Uint8Array => {
  const text = Buffer.from(bytes).toString('latin1')
  return Buffer.from(
    text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}
