import {
  type Json,
  type JsonObject,
  MAIN_PORT,
  type UnfinishedText,
  unfinishedTextsOf,
} from '@millrace/contracts'
import { isObject, memberOf, readLayout, writeLayout } from '../../../components/graph/layout.js'
import { bodiesOf } from './bodies.js'
import {
  type EdgeDraft,
  type EdgeRow,
  type EditorDocument,
  edgeKey,
  type NodeDraft,
  type NodeRow,
  textKey,
} from './document.js'
import { freshId } from './ids.js'

export interface ReadDocument {
  readonly document: EditorDocument
  /** What had to be mended or left out, for the author. */
  readonly repairs: readonly string[]
}

const LAYOUT = new Set(['positions', 'notes', 'groups', 'folded', 'texts'])

/** Reads any draft: what has no place on a canvas is mended, or named in `repairs`. */
export const readDocument = (draft: JsonObject): ReadDocument => {
  const { nodes: _, edges: __, ui, ...fields } = draft
  const reading: Reading = { nodes: new Map(), edges: new Map(), repairs: [] }
  readBody(draft, undefined, reading)
  const extras = Object.entries(isObject(ui) ? ui : {}).filter(([name]) => !LAYOUT.has(name))
  return {
    document: {
      nodes: reading.nodes,
      edges: reading.edges,
      ...readLayout(ui),
      texts: new Map(unfinishedTextsOf(ui).map((text) => [textKey(text), text])),
      fields: new Map(Object.entries(fields)),
      extras: new Map(extras),
    },
    repairs: reading.repairs,
  }
}

/** Without members that are there but undefined: these are no JSON. */
const writeText = ({ node, ...text }: UnfinishedText): Json => (node === undefined ? text : { node, ...text })

/** The definition, its lists in order and its bodies in their containers. */
export const writeDocument = (document: EditorDocument): JsonObject => {
  const ui = {
    ...Object.fromEntries(document.extras),
    ...writeLayout(document),
    ...(document.texts.size > 0 && { texts: [...document.texts.values()].map(writeText) }),
  }
  const bodies = bodiesOf(document)
  const write = (container: string | undefined): { nodes: Json[]; edges: Json[] } => {
    const { nodes, edges } = bodies(container)
    return {
      nodes: nodes.map((node) =>
        bodies(node.id).nodes.length === 0 ? plain(node) : { ...plain(node), body: write(node.id) },
      ),
      edges: edges.map(plain),
    }
  }
  return {
    ...Object.fromEntries(document.fields),
    ...write(undefined),
    ...(Object.keys(ui).length === 0 ? {} : { ui }),
  }
}

/** Without members that are there but undefined. */
const plain = (value: NodeDraft | EdgeDraft): JsonObject => {
  const members = Object.entries(value).flatMap(([name, member]) =>
    member === undefined ? [] : [[name, member] as const],
  )
  return Object.fromEntries(members)
}

interface Reading {
  readonly nodes: Map<string, NodeRow>
  readonly edges: Map<string, EdgeRow>
  readonly repairs: string[]
}

const readBody = (body: JsonObject, container: string | undefined, reading: Reading): void => {
  const where = container === undefined ? '' : ` in ${container}`
  for (const [index, raw] of listOf(body['nodes']).entries())
    readNode(raw, `${index}${where}`, container, reading)
  for (const [index, raw] of listOf(body['edges']).entries()) readEdge(raw, `${index}${where}`, reading)
}

const readNode = (
  raw: Json,
  entry: string,
  container: string | undefined,
  { nodes, edges, repairs }: Reading,
): void => {
  const type = memberOf(raw, 'type')
  if (!isObject(raw) || typeof type !== 'string') {
    repairs.push(`Entry ${entry} of the nodes is no node and was left out.`)
    return
  }
  const { body, ...members } = raw
  const given = typeof raw.id === 'string' && raw.id !== '' ? raw.id : 'node'
  const id = freshId(given, nodes)
  if (id !== raw.id) repairs.push(`Node ${entry} got the id ${id}.`)
  const node: NodeDraft = { ...members, id, type, params: isObject(raw.params) ? raw.params : {} }
  nodes.set(id, { rank: nodes.size, container, node })
  if (isObject(body)) readBody(body, id, { nodes, edges, repairs })
  else if (body !== undefined) repairs.push(`The body of ${id} cannot be read and was left out.`)
}

const readEdge = (raw: Json, entry: string, { edges, repairs }: Reading): void => {
  const [from, to] = [memberOf(raw, 'from'), memberOf(raw, 'to')]
  if (!isObject(raw) || typeof from !== 'string' || typeof to !== 'string') {
    repairs.push(`Entry ${entry} of the edges is no edge and was left out.`)
    return
  }
  const edge: EdgeDraft = { ...raw, from, to, port: typeof raw.port === 'string' ? raw.port : MAIN_PORT }
  if (edges.has(edgeKey(edge))) repairs.push(`Edge ${entry} repeats another one and was left out.`)
  else edges.set(edgeKey(edge), { rank: edges.size, edge })
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])
