import { type Json, parseJson, stringifyJson } from '@millrace/contracts'
import { isObject, memberOf, type Point } from '../../../components/graph/layout.js'
import { withBodies } from './bodies.js'
import type { Selection } from './commands.js'
import { type EditorDocument, edgeKey, edgesOf, type NodeDraft, nodesOf } from './document.js'
import { freshId } from './ids.js'
import { readDocument, writeDocument } from './json.js'
import { edit, type Patch } from './patch.js'
import type { Renames } from './references.js'
import { type NodeTypes, renameInCondition, renameInNode } from './rename.js'
import { withoutSecrets } from './sources.js'

const FORMAT = 'millrace/clip-v1'

/** What was copied: whole containers, and edges between what is in it. Kept as JSON it may be sent, or pasted elsewhere. */
export type Clip = Pick<EditorDocument, 'nodes' | 'edges' | 'positions' | 'folded'>

const NONE = new Map<string, never>()

/** The selected nodes and the edges between them as JSON, without credentials and secrets. */
export const copy = (document: EditorDocument, selection: Selection, types: NodeTypes): string => {
  const clip = clipOf(document, selection)
  const open = [...clip.nodes].map(([id, row]) => {
    const params = withoutSecrets(types.get(row.node.type), row.node.params)
    return [id, { ...row, node: { ...row.node, params } }] as const
  })
  const whole = {
    ...clip,
    nodes: new Map(open),
    notes: NONE,
    groups: NONE,
    texts: NONE,
    fields: NONE,
    extras: NONE,
  }
  return stringifyJson({ format: FORMAT, ...writeDocument(whole) }, 2)
}

/** Of a clip that was cut out of a container, the outermost nodes stand in none. */
export const clipOf = (document: EditorDocument, selection: Selection): Clip => {
  const ids = withBodies(document, selection.nodes)
  const kept = <R>(rows: ReadonlyMap<string, R>) => new Map([...rows].filter(([id]) => ids.has(id)))
  const nodes = [...kept(document.nodes)].map(([id, row]) => {
    const container = row.container !== undefined && ids.has(row.container) ? row.container : undefined
    return [id, { ...row, container }] as const
  })
  const within = [...document.edges].filter(([, { edge }]) => ids.has(edge.from) && ids.has(edge.to))
  return {
    nodes: new Map(nodes),
    edges: new Map(within),
    positions: kept(document.positions),
    folded: kept(document.folded),
  }
}

/** A clip, or a whole definition; undefined for any other text. */
export const readClip = (text: string): Clip | undefined => {
  const value = parse(text)
  const format = memberOf(value, 'format')
  if (!isObject(value) || (format !== FORMAT && format !== 'millrace/v1')) return undefined
  const { document } = readDocument(value)
  return document.nodes.size === 0 ? undefined : document
}

const parse = (text: string): Json | undefined => {
  try {
    return parseJson(text) as Json // JSON.parse gives nothing else
  } catch {
    return undefined
  }
}

export interface Pasted {
  readonly patch: Patch
  /** The new nodes that stand in no other new one. */
  readonly ids: ReadonlySet<string>
}

export interface PasteAt extends Point {
  /** What the nodes are pasted into. */
  readonly container: string | undefined
}

/** Puts a clip with its upper left corner at `at`. Ids that are taken change, and its expressions with them. */
export const paste = (document: EditorDocument, clip: Clip, at: PasteAt, types: NodeTypes): Pasted => {
  const renames = newIds(document, clip)
  const to = (id: string): string => renames.get(id) ?? id
  const outermost = nodesOf(clip).filter(({ id }) => clip.nodes.get(id)?.container === undefined)
  const corner = cornerOf(outermost.flatMap(({ id }) => clip.positions.get(id) ?? []))
  const patch = edit(document, (draft) => {
    for (const [index, node] of nodesOf(clip).entries()) {
      const inner = clip.nodes.get(node.id)?.container
      const container = inner === undefined ? at.container : to(inner)
      const id = to(node.id)
      const renamed = { ...renameInNode(undoneWithin(node, renames), renames, types), id }
      draft.set('nodes', id, { rank: draft.nextRank('nodes'), container, node: renamed })
      const { x, y } = clip.positions.get(node.id) ?? { x: corner.x, y: corner.y + index * 120 }
      const shift = inner === undefined ? { x: at.x - corner.x, y: at.y - corner.y } : { x: 0, y: 0 }
      draft.set('positions', id, { x: x + shift.x, y: y + shift.y })
      if (clip.folded.has(node.id)) draft.set('folded', id, true)
    }
    for (const edge of edgesOf(clip)) {
      if (!renames.has(edge.from) || !renames.has(edge.to)) continue
      const when = typeof edge.when === 'string' ? { when: renameInCondition(edge.when, renames) } : {}
      const moved = { ...edge, ...when, from: to(edge.from), to: to(edge.to) }
      draft.set('edges', edgeKey(moved), { rank: draft.nextRank('edges'), edge: moved })
    }
  })
  return { patch, ids: new Set(outermost.map(({ id }) => to(id))) }
}

/** Copies beside the originals, in the container of the first. Credentials stay: nothing leaves the workflow. */
export const duplicate = (document: EditorDocument, selection: Selection, types: NodeTypes): Pasted => {
  const clip = clipOf(document, selection)
  const outermost = [...clip.nodes].flatMap(([id, row]) => (row.container === undefined ? [id] : []))
  const corner = cornerOf(outermost.flatMap((id) => clip.positions.get(id) ?? []))
  const container = document.nodes.get(outermost[0] ?? '')?.container
  return paste(document, clip, { x: corner.x + 40, y: corner.y + 40, container }, types)
}

/** What undoes a node undoes that one alone: a copy is undone by its own, if that was copied as well. */
const undoneWithin = (node: NodeDraft, renames: Renames): NodeDraft => {
  const compensate = node['compensate']
  return typeof compensate === 'string' && !renames.has(compensate)
    ? { ...node, compensate: undefined }
    : node
}

const newIds = (document: EditorDocument, clip: Clip): Renames => {
  const ids = new Map<string, string>()
  const taken = new Set(document.nodes.keys())
  for (const id of clip.nodes.keys()) {
    const fresh = freshId(id, taken)
    taken.add(fresh)
    ids.set(id, fresh)
  }
  return ids
}

const cornerOf = (points: readonly Point[]): Point => {
  if (points.length === 0) return { x: 0, y: 0 }
  return { x: Math.min(...points.map(({ x }) => x)), y: Math.min(...points.map(({ y }) => y)) }
}
