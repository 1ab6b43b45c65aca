import type { Json, JsonObject, UnfinishedText } from '@millrace/contracts'
import type { Group, Note, Point } from '../../../components/graph/layout.js'

/**
 * A draft as the editor holds it: tables of rows, each with a key. A change is a row before and after, so undo,
 * autosave and the merge of two authors work on all tables alike.
 */
export interface Tables {
  readonly nodes: NodeRow
  readonly edges: EdgeRow
  readonly positions: Point
  readonly notes: Note
  readonly groups: Group
  /** Containers that show as a card; the others are open. */
  readonly folded: true
  /** What is typed into fields and is no value of them yet. */
  readonly texts: UnfinishedText
  /** Every other member of the definition: `format`, `name`, `settings`, `vars` … */
  readonly fields: Json
  /** Every other member of `ui`. */
  readonly extras: Json
}

export type TableName = keyof Tables
export type EditorDocument = { readonly [T in TableName]: ReadonlyMap<string, Tables[T]> }

export const TABLES = [
  'nodes',
  'edges',
  'positions',
  'notes',
  'groups',
  'folded',
  'texts',
  'fields',
  'extras',
] as const satisfies readonly TableName[]

/** A node as an author left it, without its body: anything but its id, type and params may be missing or wrong. */
export interface NodeDraft {
  readonly id: string
  readonly type: string
  readonly params: JsonObject
  readonly [member: string]: Json | undefined
}

export interface EdgeDraft {
  readonly from: string
  readonly to: string
  readonly port: string
  readonly [member: string]: Json | undefined
}

/**
 * Nodes of bodies are rows like all others, since ids are unique in the whole definition: a row knows the container
 * it stands in. Ranks give the order of the lists in the definition; a row that comes back keeps its place.
 */
export interface NodeRow {
  readonly rank: number
  /** Undefined for a node of the workflow itself. */
  readonly container: string | undefined
  readonly node: NodeDraft
}

export interface EdgeRow {
  readonly rank: number
  readonly edge: EdgeDraft
}

/** Two edges between the same ports are one. */
export const edgeKey = ({ from, port, to }: EdgeDraft): string => JSON.stringify([from, port, to])

export const textKey = ({ node = '', pointer, as }: UnfinishedText): string =>
  JSON.stringify([node, pointer, as])

export const nameOf = ({ name, id }: NodeDraft): string =>
  typeof name === 'string' && name.trim() !== '' ? name : id

export const nodesOf = (document: Pick<EditorDocument, 'nodes'>): NodeDraft[] =>
  inOrder(document.nodes).map(({ node }) => node)

export const edgesOf = (document: Pick<EditorDocument, 'edges'>): EdgeDraft[] =>
  inOrder(document.edges).map(({ edge }) => edge)

const inOrder = <R extends { readonly rank: number }>(rows: ReadonlyMap<string, R>): R[] =>
  [...rows.values()].sort((one, other) => one.rank - other.rank)

/** Where a node stands; undefined for one of the workflow itself, or one that is not there. */
export const containerOf = ({ nodes }: Pick<EditorDocument, 'nodes'>, id: string): string | undefined =>
  nodes.get(id)?.container

/** The container of each node that is in one. */
export const containersOf = ({ nodes }: Pick<EditorDocument, 'nodes'>): ReadonlyMap<string, string> =>
  new Map(
    [...nodes].flatMap(([id, { container }]) => (container === undefined ? [] : [[id, container] as const])),
  )
