import { fit, widthOf } from './printable.js'

/** A piece of a line: its text, printable already, and its colour. */
export type Part = readonly [text: string, paint?: (text: string) => string]

/** The parts as one line, cut to `columns`. Colours go on after the cut, since their codes have no width. */
export const composeLine = (parts: readonly Part[], columns: number): string => {
  let room = columns
  let line = ''
  for (const [text, paint = plain] of parts) {
    const shown = fit(text, room)
    room -= widthOf(shown)
    line += shown === '' ? '' : paint(shown)
  }
  return line.trimEnd()
}

const plain = (text: string): string => text
