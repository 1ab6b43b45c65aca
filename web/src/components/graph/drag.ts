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

/** Where the dragged nodes and notes ended, by node id and note key; `at` are the nodes before the drag. */
export const endOfDrag = (
  at: readonly FlowNode[],
  dragged: readonly FlowNode[],
): ReadonlyMap<string, Point> => {
  const before = new Map(at.map((node) => [node.id, node]))
  const points = new Map<string, Point>()
  for (const { id, position, data } of dragged) {
    const was = before.get(id)
    if (was === undefined) continue
    if (was.type === 'card' || was.type === 'note') points.set(id, position)
    else if ('group' in data) {
      const shift = { x: position.x - was.position.x, y: position.y - was.position.y }
      for (const member of membersOf(was)) {
        const stood = before.get(member)
        points.set(member, add(stood?.position ?? was.position, shift))
      }
    }
  }
  return points
}

const membersOf = (node: FlowNode): readonly string[] =>
  node.type === 'group-box' || node.type === 'group-card' ? node.data.group.nodes : []

const add = (one: Point, other: Point): Point => ({ x: one.x + other.x, y: one.y + other.y })
