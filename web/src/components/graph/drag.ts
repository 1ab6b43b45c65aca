import type { FlowNode } from './build-graph.js'
import type { Point } from './layout.js'

/** The nodes after a pointer moved some: members of a group go along with its frame. */
export const dragNodes = (before: readonly FlowNode[], after: FlowNode[]): FlowNode[] => {
  const old = new Map(before.map((node) => [node.id, node]))
  const shifts = new Map<string, Point>()
  for (const node of after) {
    const was = old.get(node.id)
    if (node.type !== 'group-box' || was === undefined || was.position === node.position) continue
    const shift = { x: node.position.x - was.position.x, y: node.position.y - was.position.y }
    for (const member of membersOf(node)) shifts.set(member, shift)
  }
  if (shifts.size === 0) return after
  return after.map((node) => {
    const shift = shifts.get(node.id)
    return shift === undefined ? node : { ...node, position: add(node.position, shift) }
  })
}

/** A place within a container; undefined: on the canvas itself. */
export interface PlaceOnCanvas extends Point {
  readonly container: string | undefined
}

/**
 * Where the dragged nodes and notes ended, by node id and note key; `at` are the nodes before the drag. A card is in
 * the innermost frame that its centre is in; members of a group stay in the container they were in.
 */
export const endOfDrag = (
  at: readonly FlowNode[],
  dragged: readonly FlowNode[],
): ReadonlyMap<string, PlaceOnCanvas> => {
  const before = new Map(at.map((node) => [node.id, node]))
  const corners = cornersOf(at)
  const moving = new Set(dragged.map(({ id }) => id))
  const places = new Map<string, PlaceOnCanvas>()
  for (const { id, position, data } of dragged) {
    const was = before.get(id)
    if (was === undefined) continue
    if (was.type === 'note') places.set(id, { ...position, container: undefined })
    else if (was.type === 'card' || was.type === 'frame') {
      const corner = add(position, corners.get(was.parentId ?? '') ?? NOWHERE)
      const { width = 0, height = 0 } = was
      const container = frameAt(at, { x: corner.x + width / 2, y: corner.y + height / 2 }, moving)
      const around = corners.get(container ?? '') ?? NOWHERE
      places.set(id, { x: corner.x - around.x, y: corner.y - around.y, container })
    } else if ('group' in data) {
      const shift = { x: position.x - was.position.x, y: position.y - was.position.y }
      for (const member of membersOf(was)) {
        const stood = before.get(member)
        places.set(member, { ...add(stood?.position ?? was.position, shift), container: was.parentId })
      }
    }
  }
  return places
}

const NOWHERE: Point = { x: 0, y: 0 }

/** Upper left corners on the canvas: positions are within frames, and frames come before what is in them. */
export const cornersOf = (nodes: readonly FlowNode[]): ReadonlyMap<string, Point> => {
  const corners = new Map<string, Point>()
  for (const { id, parentId, position } of nodes)
    corners.set(id, add(position, corners.get(parentId ?? '') ?? NOWHERE))
  return corners
}

/** The innermost frame at a point on the canvas, but none that is moved itself or stands in one that is. */
export const frameAt = (
  nodes: readonly FlowNode[],
  { x, y }: Point,
  moving: ReadonlySet<string> = new Set(),
): string | undefined => {
  const corners = cornersOf(nodes)
  const left = new Set(moving)
  let found: string | undefined
  for (const { id, type, parentId, width = 0, height = 0 } of nodes) {
    if (parentId !== undefined && left.has(parentId)) left.add(id)
    const corner = corners.get(id) ?? NOWHERE
    const isOver = x >= corner.x && x <= corner.x + width && y >= corner.y && y <= corner.y + height
    if (type === 'frame' && isOver && !left.has(id)) found = id
  }
  return found
}

const membersOf = (node: FlowNode): readonly string[] =>
  node.type === 'group-box' || node.type === 'group-card' ? node.data.group.nodes : []

const add = (one: Point, other: Point): Point => ({ x: one.x + other.x, y: one.y + other.y })
