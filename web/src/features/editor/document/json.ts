import { type Json, type JsonObject, MAIN_PORT } from '@millrace/contracts'
import { isObject, memberOf, readLayout, writeLayout } from '../../../components/graph/layout.js'
import {
  type EdgeDraft,
  type EdgeRow,
  type EditorDocument,
  edgeKey,
  edgesOf,
  type NodeDraft,
  type NodeRow,
  nodesOf,
} from './document.js'
import { freshId } from './ids.js'

export interface ReadDocument {
  readonly document: EditorDocument
  /** What had to be mended or left out, for the author. */
  readonly repairs: readonly string[]
}

const LAYOUT = new Set(['positions', 'notes', 'groups'])

/** Reads any draft: what has no place on a canvas is mended, or named in `repairs`. */
export const readDocument = (draft: JsonObject): ReadDocument => {
  const { nodes: rawNodes, edges: rawEdges, ui, ...fields } = draft
  const nodes = readNodes(listOf(rawNodes))
  const edges = readEdges(listOf(rawEdges))
  const extras = Object.entries(isObject(ui) ? ui : {}).filter(([name]) => !LAYOUT.has(name))
  return {
    document: {
      nodes: nodes.rows,
      edges: edges.rows,
      ...readLayout(ui),
      fields: new Map(Object.entries(fields)),
      extras: new Map(extras),
    },
    repairs: [...nodes.repairs, ...edges.repairs],
  }
}

/** The definition, its lists in order. */
export const writeDocument = (document: EditorDocument): JsonObject => {
  const ui = { ...Object.fromEntries(document.extras), ...writeLayout(document) }
  return {
    ...Object.fromEntries(document.fields),
    nodes: nodesOf(document).map(plain),
    edges: edgesOf(document).map(plain),
    ...(Object.keys(ui).length === 0 ? {} : { ui }),
  }
}

/** Without members that are there but undefined. */
export const plain = (value: NodeDraft | EdgeDraft): JsonObject => {
  const members = Object.entries(value).flatMap(([name, member]) =>
    member === undefined ? [] : [[name, member] as const],
  )
  return Object.fromEntries(members)
}

const readNodes = (list: readonly Json[]) => {
  const rows = new Map<string, NodeRow>()
  const repairs: string[] = []
  for (const [rank, raw] of list.entries()) {
    const type = memberOf(raw, 'type')
    if (!isObject(raw) || typeof type !== 'string') {
      repairs.push(`Entry ${rank} of the nodes is no node and was left out.`)
      continue
    }
    const given = typeof raw.id === 'string' && raw.id !== '' ? raw.id : 'node'
    const id = freshId(given, rows)
    if (id !== raw.id) repairs.push(`Node ${rank} got the id ${id}.`)
    rows.set(id, { rank, node: { ...raw, id, type, params: isObject(raw.params) ? raw.params : {} } })
  }
  return { rows, repairs }
}

const readEdges = (list: readonly Json[]) => {
  const rows = new Map<string, EdgeRow>()
  const repairs: string[] = []
  for (const [rank, raw] of list.entries()) {
    const [from, to] = [memberOf(raw, 'from'), memberOf(raw, 'to')]
    if (!isObject(raw) || typeof from !== 'string' || typeof to !== 'string') {
      repairs.push(`Entry ${rank} of the edges is no edge and was left out.`)
      continue
    }
    const edge: EdgeDraft = { ...raw, from, to, port: typeof raw.port === 'string' ? raw.port : MAIN_PORT }
    if (rows.has(edgeKey(edge))) repairs.push(`Edge ${rank} repeats another one and was left out.`)
    else rows.set(edgeKey(edge), { rank, edge })
  }
  return { rows, repairs }
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])
