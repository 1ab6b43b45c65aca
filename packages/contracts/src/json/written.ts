import { MillraceError } from '../errors.js'
import { findJsonBreak } from './json-break.js'
import { parseForeignJson } from './parse.js'
import { repeatedKeys } from './repeated-keys.js'
import { stringifyJson } from './stringify.js'
import type { Json } from './value.js'

/** JSON that a person has written; where it is none, why, and the place where that is known. */
export type WrittenJson =
  | { readonly ok: true; readonly value: Json }
  | {
      readonly ok: false
      /** A sentence without its full stop. */
      readonly message: string
      /** From 1; left out where the text is JSON and is refused for what it says. */
      readonly at?: { readonly line: number; readonly column: number }
    }

/** Reads what a person writes: integers keep their digits; a key that stands twice is refused, not lost. */
export const readWrittenJson = (text: string): WrittenJson => {
  let value: Json
  try {
    value = parseForeignJson(text)
  } catch (error) {
    if (error instanceof MillraceError) return { ok: false, message: error.message }
    const offset = findJsonBreak(text)
    return { ok: false, message: explain(text, offset), at: placeOf(text, offset) }
  }
  const [repeated] = repeatedKeys(text)
  if (repeated === undefined) return { ok: true, value }
  return { ok: false, message: `The key at ${repeated} stands there twice: remove one of the two` }
}

const placeOf = (text: string, offset: number) => {
  const lines = text.slice(0, offset).split('\n')
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 }
}

const explain = (text: string, offset: number): string => {
  const found = text[offset]
  if (offset >= text.trimEnd().length) return 'The text ends too early: a bracket or quote is open'
  if (text.startsWith('{{', offset) || (found === '{' && text[offset - 1] === '{'))
    return 'Put the expression in quotes: "{{ … }}"'
  if (found === '"') return 'The text in these quotes is not closed, or holds a line break'
  if (found === "'") return 'JSON needs double quotes'
  if (found === '}' || found === ']')
    return /[,{[]\s*$/.test(text.slice(0, offset)) && !/[{[]\s*$/.test(text.slice(0, offset))
      ? `There is a comma too many before this ${found}`
      : `Something is missing before this ${found}`
  return explainWord(text, offset) ?? `The text cannot go on with ${stringifyJson(found)} here`
}

const WORDS = ['true', 'false', 'null']

/** A word where a value, or the name of a member, is due. */
const explainWord = (text: string, offset: number): string | undefined => {
  const [word] = /^[\w.+-]+/.exec(text.slice(offset, offset + MAX_SHOWN)) ?? []
  if (word === undefined || !/(?:^|[[{:,])\s*$/.test(text.slice(0, offset))) return undefined
  const quoted = stringifyJson(word)
  if (/^[\d.+-]/.test(word)) return `${quoted} is no JSON number: write it as in 10, -0.5 or 1e6`
  const meant = WORDS.find((each) => each.startsWith(word.toLowerCase()))
  return meant === undefined
    ? `${quoted} is no JSON value: put text in double quotes`
    : `${quoted} is no JSON value: write ${meant}`
}
/** Characters of a word that are quoted. */
const MAX_SHOWN = 40
