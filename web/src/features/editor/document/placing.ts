import type { Point } from '../../../components/graph/layout.js'
import type { EditorDocument } from './document.js'

const COLUMN = 300
const ROW = 96
const CLOSE_X = 240
const CLOSE_Y = 80

/** Where a node behind `from` goes: the next column, in the first row that is free. */
export const placeBehind = (document: EditorDocument, from: string): Point => {
  const at = document.positions.get(from) ?? { x: 0, y: 0 }
  return freePlace(document, { x: at.x + COLUMN, y: at.y })
}

/** The place itself, or the first free one below. */
export const freePlace = (document: EditorDocument, { x, y }: Point): Point => {
  const taken = [...document.positions.values()].filter((each) => Math.abs(each.x - x) < CLOSE_X)
  let row = y
  while (taken.some((each) => Math.abs(each.y - row) < CLOSE_Y)) row += ROW
  return { x: toGrid(x), y: toGrid(row) }
}

const toGrid = (value: number): number => Math.round(value / 4) * 4
