import { stripVTControlCharacters } from 'node:util'

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out.
const CONTROL = /[\u0000-\u001f\u007f-\u009f]+/g
/** They reorder what is around them, so that a line reads as something else. */
const BIDIRECTIONAL = /[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/** Data as one line that cannot drive the terminal: no escape sequence, control character or line break. */
export const printable = (text: string): string =>
  stripVTControlCharacters(text).replace(CONTROL, ' ').replace(BIDIRECTIONAL, '')

const segments = new Intl.Segmenter('en', { granularity: 'grapheme' })
const WIDE =
  /\p{Emoji_Presentation}|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60]/u

/** Columns that printable text takes. */
export const widthOf = (text: string): number => {
  let width = 0
  for (const { segment } of segments.segment(text)) width += WIDE.test(segment) ? 2 : 1
  return width
}

/** Cut to `columns`, with … where something is missing. A line that wraps would break the redraw. */
export const fit = (text: string, columns: number): string => {
  if (widthOf(text) <= columns) return text
  let kept = ''
  let width = 1
  for (const { segment } of segments.segment(text)) {
    width += WIDE.test(segment) ? 2 : 1
    if (width > columns) break
    kept += segment
  }
  return columns < 1 ? '' : `${kept}…`
}

export const padTo = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - widthOf(text)))
