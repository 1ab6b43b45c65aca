import type { FlowNode } from './build-graph.js'

/**
 * The new nodes, with the objects of the old ones where nothing differs: a card whose object stays is not drawn
 * again. `selected` names the selected ones.
 */
export const reuseNodes = (
  old: readonly FlowNode[],
  next: readonly FlowNode[],
  selected: ReadonlySet<string>,
): FlowNode[] => {
  const known = new Map(old.map((node) => [node.id, node]))
  return next.map((node) => {
    const before = known.get(node.id)
    const isSelected = selected.has(node.id)
    if (before === undefined || !isSame(before, node)) return { ...node, selected: isSelected }
    return (before.selected ?? false) === isSelected ? before : { ...before, selected: isSelected }
  })
}

const isSame = (one: FlowNode, other: FlowNode): boolean =>
  one.type === other.type &&
  one.parentId === other.parentId &&
  one.position.x === other.position.x &&
  one.position.y === other.position.y &&
  one.width === other.width &&
  one.height === other.height &&
  sameMembers(one.data, other.data)

const sameMembers = (
  one: Readonly<Record<string, unknown>>,
  other: Readonly<Record<string, unknown>>,
): boolean =>
  Object.keys(other).every((name) => {
    const [before, after] = [one[name], other[name]]
    return Array.isArray(before) && Array.isArray(after) ? before.join() === after.join() : before === after
  })
