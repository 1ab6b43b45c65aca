import {
  type Json,
  type JsonObject,
  MAIN_PORT,
  stringifyJson,
  type UnfinishedText,
} from '@millrace/contracts'
import type { Group, Note, Point } from '../../../components/graph/layout.js'
import { BODY_CORNER } from '../../../components/graph/sizes.js'
import { withBodies } from './bodies.js'
import { type EdgeDraft, type EditorDocument, edgeKey, type NodeDraft, textKey } from './document.js'
import { type Edit, edit, type Patch } from './patch.js'

/**
 * What an author can do. Each command gives the patch that does it; an empty patch when nothing changes.
 * Ids and places come from outside.
 */

export interface NewNode {
  readonly node: NodeDraft
  /** In its container, where it has one. */
  readonly at: Point
  readonly container?: string | undefined
  /** The outlet it is connected to. */
  readonly behind?: { readonly from: string; readonly port: string } | undefined
}

export const addNode = (document: EditorDocument, { node, at, container, behind }: NewNode): Patch =>
  edit(document, (draft) => {
    draft.set('nodes', node.id, { rank: draft.nextRank('nodes'), container, node })
    draft.set('positions', node.id, placeIn(container, at))
    if (behind !== undefined) addEdge(draft, { ...behind, to: node.id })
  })

export const connect = (document: EditorDocument, edge: EdgeDraft): Patch =>
  edit(document, (draft) => addEdge(draft, edge))

const addEdge = (draft: Edit, edge: EdgeDraft): void => {
  if (!draft.has('edges', edgeKey(edge)))
    draft.set('edges', edgeKey(edge), { rank: draft.nextRank('edges'), edge })
}

/** Nothing stands on the title or the rim of a frame. */
const placeIn = (container: string | undefined, { x, y }: Point): Point =>
  container === undefined ? { x, y } : { x: Math.max(x, BODY_CORNER.x), y: Math.max(y, BODY_CORNER.y) }

/** Positions of nodes and notes, by id: a drag, a nudge and a tidy alike. */
export const place = (document: EditorDocument, points: ReadonlyMap<string, Point>): Patch =>
  edit(document, (draft) => {
    for (const [id, point] of points) {
      const note = draft.get('notes', id)
      const now = note ?? draft.get('positions', id)
      const { x, y } = placeIn(draft.get('nodes', id)?.container, point)
      if (now?.x === x && now.y === y) continue
      if (note !== undefined) draft.set('notes', id, { ...note, x, y })
      else if (draft.has('nodes', id)) draft.set('positions', id, { x, y })
    }
  })

export interface Selection {
  readonly nodes: ReadonlySet<string>
  readonly edges: ReadonlySet<string>
  readonly notes: ReadonlySet<string>
}

/** Deletes what is selected, containers with all that is in them, the edges of its nodes, and groups that become empty. */
export const remove = (document: EditorDocument, { nodes: chosen, edges, notes }: Selection): Patch =>
  edit(document, (draft) => {
    const nodes = withBodies(document, chosen)
    for (const id of nodes) {
      draft.delete('nodes', id)
      draft.delete('positions', id)
      draft.delete('folded', id)
    }
    for (const [key, { node }] of document.texts)
      if (node !== undefined && nodes.has(node)) draft.delete('texts', key)
    for (const [key, { edge }] of document.edges)
      if (edges.has(key) || nodes.has(edge.from) || nodes.has(edge.to)) draft.delete('edges', key)
    for (const id of notes) draft.delete('notes', id)
    leaveGroups(document, draft, nodes)
  })

/** Takes nodes out of the groups they are in; a group without members goes. */
export const leaveGroups = (document: EditorDocument, draft: Edit, leaving: ReadonlySet<string>): void => {
  for (const [id, group] of document.groups) {
    const staying = group.nodes.filter((node) => !leaving.has(node))
    if (staying.length === group.nodes.length) continue
    if (staying.length === 0) draft.delete('groups', id)
    else draft.set('groups', id, { ...group, nodes: staying })
  }
}

/** Members set to undefined are taken away. The id stays: see `renameNode`. */
export const setNode = (
  document: EditorDocument,
  id: string,
  members: { readonly [member: string]: Json | undefined },
): Patch =>
  edit(document, (draft) => {
    const row = draft.get('nodes', id)
    if (row === undefined) return
    const node = { ...row.node, ...members }
    if (!sameJson(node, row.node)) draft.set('nodes', id, { ...row, node })
  })

/** An empty condition is none. */
export const setCondition = (document: EditorDocument, key: string, when: string): Patch =>
  edit(document, (draft) => {
    const row = draft.get('edges', key)
    const condition = when.trim() === '' ? undefined : when
    if (row !== undefined && row.edge.when !== condition)
      draft.set('edges', key, { ...row, edge: { ...row.edge, when: condition } })
  })

export const setField = (document: EditorDocument, name: string, value: Json | undefined): Patch =>
  edit(document, (draft) => {
    if (sameJson(document.fields.get(name), value)) return
    if (value === undefined) draft.delete('fields', name)
    else draft.set('fields', name, value)
  })

/** The unfinished texts of a node, or of the workflow itself, as its form has them now. */
export const setTexts = (
  document: EditorDocument,
  node: string | undefined,
  texts: readonly Omit<UnfinishedText, 'node'>[],
): Patch =>
  edit(document, (draft) => {
    const rows = texts.map((text) => (node === undefined ? text : { ...text, node }))
    const kept = new Set(rows.map(textKey))
    for (const [key, row] of document.texts)
      if (row.node === node && !kept.has(key)) draft.delete('texts', key)
    for (const row of rows)
      if (!sameJson(document.texts.get(textKey(row)), row)) draft.set('texts', textKey(row), row)
  })

/** A member of `ui` that is none of the canvas's own. */
export const setExtra = (document: EditorDocument, name: string, value: Json): Patch =>
  edit(document, (draft) => draft.set('extras', name, value))

export const setNote = (document: EditorDocument, id: string, note: Note): Patch =>
  edit(document, (draft) => draft.set('notes', id, note))

/** A node is in one group at most: it leaves the one it was in. A group is of one body, that of its first node. */
export const addGroup = (
  document: EditorDocument,
  id: string,
  { title, nodes }: { readonly title: string; readonly nodes: ReadonlySet<string> },
): Patch =>
  edit(document, (draft) => {
    const there = [...nodes].flatMap((node) => document.nodes.get(node) ?? [])
    const members = there.filter((row) => row.container === there[0]?.container).map(({ node }) => node.id)
    if (members.length === 0) return
    leaveGroups(document, draft, new Set(members))
    draft.set('groups', id, { title, nodes: members, collapsed: false })
  })

export const removeGroup = (document: EditorDocument, id: string): Patch =>
  edit(document, (draft) => draft.delete('groups', id))

export const setGroup = (document: EditorDocument, id: string, change: Partial<Group>): Patch =>
  edit(document, (draft) => {
    const group = draft.get('groups', id)
    if (group !== undefined) draft.set('groups', id, { ...group, ...change })
  })

/** Whether a container shows as a card, or with its body. */
export const setFolded = (document: EditorDocument, id: string, folded: boolean): Patch =>
  edit(document, (draft) => {
    if (folded && document.nodes.has(id)) draft.set('folded', id, true)
    else draft.delete('folded', id)
  })

const sameJson = (one: unknown, other: unknown): boolean =>
  one === other || stringifyJson(one) === stringifyJson(other)

export const newNode = (id: string, type: string, params: JsonObject = {}): NodeDraft => ({
  id,
  type,
  params,
})

export const edgeFrom = (from: string, to: string, port = MAIN_PORT): EdgeDraft => ({ from, to, port })
