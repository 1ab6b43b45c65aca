import { type Json, MAIN_PORT } from '@millrace/contracts'
import { isObject, memberOf, type Point, readLayout } from '../../../components/graph/layout.js'
import type { Selection } from './commands.js'
import { type EdgeDraft, type EditorDocument, edgeKey, edgesOf, type NodeDraft, nodesOf } from './document.js'
import { freshId } from './ids.js'
import { edit, type Patch } from './patch.js'
import { type Renames, renameInParams } from './references.js'
import { type NodeTypes, renameInCondition } from './rename.js'
import { holdsSource, withoutSecrets } from './sources.js'

const FORMAT = 'millrace/clip-v1'

/** What was copied, as plain JSON: it may be kept, sent, or pasted in another tab. */
export interface Clip {
  readonly nodes: readonly NodeDraft[]
  readonly edges: readonly EdgeDraft[]
  readonly positions: ReadonlyMap<string, Point>
}

/** The selected nodes and the edges between them as JSON, without credentials and secrets. */
export const copy = (document: EditorDocument, selection: Selection, types: NodeTypes): string => {
  const { nodes, edges, positions } = clipOf(document, selection)
  const open = nodes.map((node) => ({ ...node, params: withoutSecrets(types.get(node.type), node.params) }))
  return JSON.stringify(
    { format: FORMAT, nodes: open, edges, ui: { positions: Object.fromEntries(positions) } },
    null,
    2,
  )
}

const clipOf = (document: EditorDocument, { nodes }: Selection): Clip => ({
  nodes: nodesOf(document).filter(({ id }) => nodes.has(id)),
  edges: edgesOf(document).filter(({ from, to }) => nodes.has(from) && nodes.has(to)),
  positions: new Map([...document.positions].filter(([id]) => nodes.has(id))),
})

/** A clip, or a whole definition; undefined for any other text. */
export const readClip = (text: string): Clip | undefined => {
  const value = parse(text)
  const format = memberOf(value, 'format')
  if (format !== FORMAT && format !== 'millrace/v1') return undefined
  const nodes = listOf(memberOf(value, 'nodes')).flatMap(readNode)
  const edges = listOf(memberOf(value, 'edges')).flatMap(readEdge)
  return nodes.length === 0
    ? undefined
    : { nodes, edges, positions: readLayout(memberOf(value, 'ui')).positions }
}

const parse = (text: string): Json | undefined => {
  try {
    return JSON.parse(text) as Json // JSON.parse gives nothing else
  } catch {
    return undefined
  }
}

const readNode = (raw: Json): NodeDraft[] => {
  const [id, type] = [memberOf(raw, 'id'), memberOf(raw, 'type')]
  if (!isObject(raw) || typeof id !== 'string' || typeof type !== 'string') return []
  return [{ ...raw, id, type, params: isObject(raw.params) ? raw.params : {} }]
}

const readEdge = (raw: Json): EdgeDraft[] => {
  const [from, to, port] = [memberOf(raw, 'from'), memberOf(raw, 'to'), memberOf(raw, 'port')]
  if (!isObject(raw) || typeof from !== 'string' || typeof to !== 'string') return []
  return [{ ...raw, from, to, port: typeof port === 'string' ? port : MAIN_PORT }]
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])

export interface Pasted {
  readonly patch: Patch
  /** The new nodes. */
  readonly ids: ReadonlySet<string>
}

/** Puts a clip with its upper left corner at `at`. Ids that are taken change, and its expressions with them. */
export const paste = (document: EditorDocument, clip: Clip, at: Point, types: NodeTypes): Pasted => {
  const renames = newIds(document, clip)
  const to = (id: string): string => renames.get(id) ?? id
  const corner = cornerOf(clip)
  const patch = edit(document, (draft) => {
    for (const [index, node] of clip.nodes.entries()) {
      const renamed = renameInParams(node.params, renames, (path) => holdsSource(types.get(node.type), path))
      const id = to(node.id)
      draft.set('nodes', id, { rank: draft.nextRank('nodes'), node: { ...node, id, params: renamed } })
      const place = clip.positions.get(node.id) ?? { x: corner.x, y: corner.y + index * 120 }
      draft.set('positions', id, { x: at.x + place.x - corner.x, y: at.y + place.y - corner.y })
    }
    for (const edge of clip.edges) {
      if (!renames.has(edge.from) || !renames.has(edge.to)) continue
      const when = typeof edge.when === 'string' ? { when: renameInCondition(edge.when, renames) } : {}
      const moved = { ...edge, ...when, from: to(edge.from), to: to(edge.to) }
      draft.set('edges', edgeKey(moved), { rank: draft.nextRank('edges'), edge: moved })
    }
  })
  return { patch, ids: new Set(clip.nodes.map(({ id }) => to(id))) }
}

/** Copies beside the originals. Credentials stay: nothing leaves the workflow. */
export const duplicate = (document: EditorDocument, selection: Selection, types: NodeTypes): Pasted => {
  const clip = clipOf(document, selection)
  const corner = cornerOf(clip)
  return paste(document, clip, { x: corner.x + 40, y: corner.y + 40 }, types)
}

const newIds = (document: EditorDocument, clip: Clip): Renames => {
  const ids = new Map<string, string>()
  const taken = new Set(document.nodes.keys())
  for (const { id } of clip.nodes) {
    const fresh = freshId(id, taken)
    taken.add(fresh)
    ids.set(id, fresh)
  }
  return ids
}

const cornerOf = ({ positions }: Clip): Point => {
  const points = [...positions.values()]
  if (points.length === 0) return { x: 0, y: 0 }
  return { x: Math.min(...points.map(({ x }) => x)), y: Math.min(...points.map(({ y }) => y)) }
}
