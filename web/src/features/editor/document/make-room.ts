import type { Point } from '../../../components/graph/layout.js'
import type { Size } from '../../../components/graph/sizes.js'
import { around } from './bodies.js'
import { place } from './commands.js'
import { containerOf, type EditorDocument } from './document.js'
import { applyPatch, joinPatches, type Patch } from './patch.js'
import type { SizeOf } from './placing.js'

/** Between a frame that has grown and what it pushes away. What stood closer stays as close. */
const GAP = 24

/**
 * The patch, and with it room for the frames that it makes grow: a frame grows to the right and down, and what stood
 * beyond its old rim moves on as a whole. So nothing comes to lie over anything else, and the drawing keeps its order.
 */
export const withRoom = (
  document: EditorDocument,
  patch: Patch,
  sizesIn: (document: EditorDocument) => SizeOf,
): Patch => {
  let joined = patch
  let after = applyPatch(document, patch)
  const frames = innermostFirst(after).filter((id) => document.nodes.has(id))
  if (frames.length === 0) return patch
  const before = sizesIn(document)
  let sizeOf = sizesIn(after)
  // What moves within a frame may make that grow as well: it comes later.
  for (const id of frames) {
    const pushed = place(after, pushedBy(after, id, { before: before(id), after: sizeOf(id) }, sizeOf))
    if (pushed.length === 0) continue
    joined = joinPatches(joined, pushed)
    after = applyPatch(after, pushed)
    sizeOf = sizesIn(after)
  }
  return joined
}

const innermostFirst = (document: EditorDocument): string[] => {
  const filled = new Set([...document.nodes.values()].flatMap(({ container }) => container ?? []))
  const depths = new Map([...filled].map((id) => [id, around(document, id).length]))
  return [...filled].toSorted((one, other) => (depths.get(other) ?? 0) - (depths.get(one) ?? 0))
}

interface Growth {
  readonly before: Size
  readonly after: Size
}

type Box = Point & Size

const pushedBy = (
  document: EditorDocument,
  id: string,
  growth: Growth,
  sizeOf: SizeOf,
): ReadonlyMap<string, Point> => {
  const corner = document.positions.get(id)
  const { before, after } = growth
  if (corner === undefined || (after.width <= before.width && after.height <= before.height)) return new Map()
  const [old, grown] = [
    { ...corner, ...before },
    { ...corner, ...after },
  ]
  const boxes = neighboursOf(document, id, sizeOf)
  const cards = [...boxes.values()]
  const beyond = (point: Point, axis: 'x' | 'y'): boolean =>
    point[axis] >= corner[axis] + (axis === 'x' ? before.width : before.height)
  const x = pushOf(
    old,
    grown,
    'x',
    cards.filter((box) => beyond(box, 'x')),
  )
  const y = pushOf(
    old,
    grown,
    'y',
    cards.filter((box) => beyond(box, 'y') && !beyond(box, 'x')),
  )
  // Notes go along with what they stand beside; nobody makes room for them.
  const notes = containerOf(document, id) === undefined ? document.notes : []
  const points = [...boxes, ...notes].flatMap(([key, at]) => {
    const to = { x: at.x + (beyond(at, 'x') ? x : 0), y: at.y + (beyond(at, 'y') ? y : 0) }
    return to.x === at.x && to.y === at.y ? [] : [[key, to] as const]
  })
  return new Map(points)
}

/** How far all that is beyond the old rim has to move, so that none of it is left in the way. */
const pushOf = (old: Box, grown: Box, axis: 'x' | 'y', beyond: readonly Box[]): number => {
  const [length, across, width] =
    axis === 'x' ? (['width', 'y', 'height'] as const) : (['height', 'x', 'width'] as const)
  const pushes = beyond.map((box) => {
    const isBeside = box[across] < grown[across] + grown[width] && grown[across] < box[across] + box[width]
    const gap = Math.min(GAP, box[axis] - old[axis] - old[length])
    return isBeside ? grown[axis] + grown[length] + gap - box[axis] : 0
  })
  return Math.max(0, ...pushes)
}

/** What stands in the same body. */
const neighboursOf = (document: EditorDocument, id: string, sizeOf: SizeOf): ReadonlyMap<string, Box> => {
  const container = containerOf(document, id)
  return new Map(
    [...document.positions].flatMap(([other, at]) =>
      other !== id && document.nodes.get(other)?.container === container && document.nodes.has(other)
        ? [[other, { ...at, ...sizeOf(other) }] as const]
        : [],
    ),
  )
}
