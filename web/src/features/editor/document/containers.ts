import { MAX_DEPTH, type NodeTypeDescriptor } from '@millrace/contracts'
import type { Point } from '../../../components/graph/layout.js'
import { around, bodiesOf, isInside } from './bodies.js'
import { leaveGroups, type NewNode, newNode, place } from './commands.js'
import { containerOf, type EditorDocument, nameOf } from './document.js'
import { idForType } from './ids.js'
import { applyPatch, edit, joinPatches, type Patch } from './patch.js'
import type { NodeTypes } from './rename.js'

/** What moves nodes into containers and out of them, and makes containers whole. */

/** Why a node may not stand in a container (undefined: in the workflow itself), for the author; undefined when it may. */
export const refuseMove = (
  document: EditorDocument,
  types: NodeTypes,
  id: string,
  container: string | undefined,
): string | undefined => {
  const node = document.nodes.get(id)?.node
  if (node === undefined) return 'There is no such node.'
  if (container === undefined) return undefined
  const target = document.nodes.get(container)?.node
  if (target === undefined) return 'There is no such container.'
  if (types.get(node.type)?.trigger) return `${nameOf(node)} is a trigger: it starts runs, and stays outside.`
  if (!isContainer(document, types, container)) return `${nameOf(target)} holds no other nodes.`
  if (container === id || isInside(document, container, new Set([id])))
    return `${nameOf(node)} cannot stand in itself.`
  const depth = around(document, container).length + 1 + heightOf(document, types, id)
  return depth > MAX_DEPTH ? `Containers go at most ${MAX_DEPTH} deep.` : undefined
}

export const isContainer = (document: EditorDocument, types: NodeTypes, id: string): boolean =>
  types.get(document.nodes.get(id)?.node.type ?? '')?.container === true

/** Bodies within bodies under a node: a container has one, filled or not. */
const heightOf = (document: EditorDocument, types: NodeTypes, id: string): number => {
  const own = around(document, id).length
  return Math.max(
    isContainer(document, types, id) ? 1 : 0,
    ...[...document.nodes.keys()]
      .filter((each) => isInside(document, each, new Set([id])))
      .map((each) => around(document, each).length - own),
  )
}

/** A place on the canvas, within its container. */
export interface Place extends Point {
  readonly container: string | undefined
}

export interface Moved {
  readonly patch: Patch
  /** Edges that would have led across the rim of a container. */
  readonly cut: number
  /** Of nodes that stay where they were. */
  readonly refusals: readonly string[]
}

/** Moves nodes and notes to their places. Edges stay within a body: those that would lead out of one are cut. */
export const moveTo = (
  document: EditorDocument,
  types: NodeTypes,
  places: ReadonlyMap<string, Place>,
): Moved => {
  const refusals = new Set<string>()
  const points = new Map<string, Point>()
  const moving = new Map<string, string | undefined>()
  for (const [id, { x, y, container }] of places) {
    const moves = document.nodes.has(id) && containerOf(document, id) !== container
    const refusal = moves ? refuseMove(document, types, id, container) : undefined
    if (refusal !== undefined) {
      refusals.add(refusal)
      continue
    }
    points.set(id, { x, y })
    if (moves) moving.set(id, container)
  }
  const { patch, cut } = changeContainers(document, moving)
  const placed = place(applyPatch(document, patch), points)
  return { patch: joinPatches(patch, placed), cut, refusals: [...refusals] }
}

const changeContainers = (
  document: EditorDocument,
  moving: ReadonlyMap<string, string | undefined>,
): { readonly patch: Patch; readonly cut: number } => {
  let cut = 0
  const patch = edit(document, (draft) => {
    for (const [id, container] of moving) {
      const row = draft.get('nodes', id)
      if (row !== undefined) draft.set('nodes', id, { ...row, container })
    }
    for (const [key, { edge }] of document.edges) {
      if (!moving.has(edge.from) && !moving.has(edge.to)) continue
      if (draft.get('nodes', edge.from)?.container === draft.get('nodes', edge.to)?.container) continue
      draft.delete('edges', key)
      cut++
    }
    leaveGroups(document, draft, new Set(moving.keys()))
  })
  return { patch, cut }
}

/** What a new container begins with, where the server has it: a body has at least one node. */
const FIRST_TYPE = 'transform.json'
const FIRST_PARAMS = { value: '{{ item }}' }

/** The first node of a new container's body; undefined for any other node. */
export const firstInside = (
  document: EditorDocument,
  types: NodeTypes,
  container: { readonly id: string; readonly type: NodeTypeDescriptor | undefined },
): NewNode | undefined => {
  if (container.type?.container !== true || !types.has(FIRST_TYPE)) return undefined
  const taken = new Set([...document.nodes.keys(), container.id])
  const node = newNode(idForType(FIRST_TYPE, taken), FIRST_TYPE, FIRST_PARAMS)
  return { node, at: { x: 0, y: 0 }, container: container.id }
}

/** The node a new one in this container goes behind: the last that nothing follows. Undefined in an empty body. */
export const lastInside = (document: EditorDocument, container: string): string | undefined => {
  const { nodes, edges } = bodiesOf(document)(container)
  const leading = new Set(edges.map(({ from }) => from))
  return nodes.findLast(({ id }) => !leading.has(id))?.id
}
