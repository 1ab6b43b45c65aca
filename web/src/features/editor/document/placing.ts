import type { Density } from '../../../components/graph/graph-types.js'
import type { Point } from '../../../components/graph/layout.js'
import { measure } from '../../../components/graph/measure.js'
import { BODY_CORNER, cardSize, type Size } from '../../../components/graph/sizes.js'
import { containerOf, containersOf, type EditorDocument, edgesOf, nodesOf } from './document.js'
import type { NodeTypes } from './rename.js'

const GAP_X = 76
const GAP_Y = 36
const GAP = 16

/** Sizes of nodes as they are drawn, by id. */
export type SizeOf = (id: string) => Size

export const sizesIn = (document: EditorDocument, types: NodeTypes, density: Density): SizeOf => {
  const source = {
    nodes: nodesOf(document),
    edges: edgesOf(document),
    containers: containersOf(document),
    layout: document,
  }
  const sizes = measure(source, { types, density, positions: document.positions })
  return (id) => sizes.get(id) ?? cardSize(density, 1)
}

/** Where a node behind `from` goes: beside it, in the first row that is free; within the same container. */
export const placeBehind = (document: EditorDocument, from: string, size: Size, sizeOf: SizeOf): Point => {
  const at = document.positions.get(from) ?? BODY_CORNER
  const right = { x: at.x + sizeOf(from).width + GAP_X, y: at.y }
  return freePlace(document, { ...right, ...size }, containerOf(document, from), sizeOf)
}

/** The place itself in a container, or the first one below with room for a node of a size. */
export const freePlace = (
  document: EditorDocument,
  { x, y, width, height }: Point & Size,
  container: string | undefined,
  sizeOf: SizeOf,
): Point => {
  const taken = [...document.positions].flatMap(([id, at]) =>
    document.nodes.has(id) && containerOf(document, id) === container ? [{ ...at, ...sizeOf(id) }] : [],
  )
  const blocking = (top: number) =>
    taken.find(
      (each) =>
        each.x < x + width + GAP &&
        x < each.x + each.width + GAP &&
        each.y < top + height + GAP &&
        top < each.y + each.height + GAP,
    )
  let row = y
  for (let block = blocking(row); block !== undefined; block = blocking(row))
    row = block.y + block.height + GAP_Y
  return { x: toGrid(x), y: toGrid(row) }
}

const toGrid = (value: number): number => Math.round(value / 4) * 4
