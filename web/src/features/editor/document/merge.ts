import type { Json } from '@millrace/contracts'
import { isObject } from '../../../components/graph/layout.js'
import { type EditorDocument, TABLES, type TableName, type Tables } from './document.js'
import { type Change, type Edit, edit, type Patch } from './patch.js'
import { equalJson } from './same.js'

/** Both authors changed the same thing. Mine stands until the author takes theirs. */
export interface Conflict {
  readonly table: TableName
  readonly key: string
  /** What of the row: `name`, `params.url`; undefined for the row as a whole. */
  readonly member: string | undefined
  readonly mine: Json | undefined
  readonly theirs: Json | undefined
  /** Sets the row to what they made of it. */
  readonly takeTheirs: Change
}

export interface Merge {
  /** From mine to the merged document. */
  readonly patch: Patch
  readonly conflicts: readonly Conflict[]
}

/**
 * Brings another author's changes since `base` into `mine`, row by row, and inside of a node member by member. What
 * one deleted and the other changed, or put something into, is kept. Where only places differ mine is kept without a
 * word.
 */
export const mergeDocuments = (base: EditorDocument, mine: EditorDocument, theirs: EditorDocument): Merge => {
  const conflicts: Conflict[] = []
  const patch = edit(mine, (draft) => {
    for (const table of TABLES)
      for (const key of new Set([...mine[table].keys(), ...theirs[table].keys()])) {
        const merged = mergeRow(table, key, [base, mine, theirs])
        conflicts.push(...merged.conflicts)
        if (merged.row === mine[table].get(key)) continue
        if (merged.row === undefined) draft.delete(table, key)
        else draft.set(table, key, merged.row)
      }
    keepContainers(draft, [mine, theirs])
    for (const [key, { edge }] of new Map([...mine.edges, ...theirs.edges]))
      if (draft.has('edges', key) && !(draft.has('nodes', edge.from) && draft.has('nodes', edge.to)))
        draft.delete('edges', key)
  })
  return { patch, conflicts }
}

/**
 * Every node stands in a container that is there: one of them may have deleted what the other put a node into, or
 * both may have put two containers into each other.
 */
const keepContainers = (draft: Edit, [mine, theirs]: readonly [EditorDocument, EditorDocument]): void => {
  for (const id of new Set([...mine.nodes.keys(), ...theirs.nodes.keys()])) {
    const around = new Set<string>()
    for (let inner = id, row = draft.get('nodes', id); row?.container !== undefined; ) {
      around.add(inner)
      const { container } = row
      const kept = draft.get('nodes', container) ?? mine.nodes.get(container) ?? theirs.nodes.get(container)
      if (kept === undefined || around.has(container)) {
        draft.set('nodes', inner, { ...row, container: undefined })
        break
      }
      if (!draft.has('nodes', container)) {
        const at = mine.positions.get(container) ?? theirs.positions.get(container)
        draft.set('nodes', container, kept)
        if (at !== undefined) draft.set('positions', container, at)
      }
      inner = container
      row = kept
    }
  }
}

interface MergedRow {
  readonly row: Tables[TableName] | undefined
  readonly conflicts: readonly Conflict[]
}

const mergeRow = (
  table: TableName,
  key: string,
  documents: readonly [EditorDocument, EditorDocument, EditorDocument],
): MergedRow => {
  const [base, mine, theirs] = documents.map((document) => document[table].get(key))
  const [before, ours, others] = [base, mine, theirs].map((row) => contentOf(table, row))
  if (equalJson(ours, others) || equalJson(others, before)) return { row: mine, conflicts: [] }
  if (equalJson(ours, before)) return { row: theirs, conflicts: [] }
  if (table === 'positions') return { row: mine ?? theirs, conflicts: [] }
  const change = { table, key, before: mine, after: theirs } as Change // both rows are of this table
  const conflict = (member: string | undefined, my?: Json, their?: Json): Conflict => ({
    table,
    key,
    member,
    mine: my,
    theirs: their,
    takeTheirs: change,
  })
  if (table !== 'nodes' || !isObject(ours) || !isObject(others))
    return { row: mine ?? theirs, conflicts: [conflict(undefined, ours, others)] }
  const { merged, clashes } = mergeMembers(before, ours, others, 1)
  const { [CONTAINER]: container, ...node } = merged
  const row: Tables['nodes'] = {
    rank: (mine as Tables['nodes']).rank, // of this table
    container: typeof container === 'string' ? container : undefined,
    node: node as unknown as Tables['nodes']['node'], // id and type are members of both
  }
  return { row, conflicts: clashes.map(({ path, mine: my, theirs: their }) => conflict(path, my, their)) }
}

/** The name under which conflicts speak of where a node stands; no node has such a member. */
const CONTAINER = 'container'

/** What counts as a change of a row: its place in the list does not. */
const contentOf = (table: TableName, row: Tables[TableName] | undefined): Json | undefined => {
  if (row === undefined) return undefined
  const content =
    table === 'nodes'
      ? withContainer(row as Tables['nodes'])
      : table === 'edges'
        ? (row as Tables['edges']).edge
        : row
  return content as Json // rows hold JSON and nothing else
}

const withContainer = ({ node, container }: Tables['nodes']): object =>
  container === undefined ? node : { ...node, [CONTAINER]: container }

interface Clash {
  readonly path: string
  readonly mine: Json | undefined
  readonly theirs: Json | undefined
}

/** `depth` levels of objects are merged member by member; below, a value is one thing. */
const mergeMembers = (
  base: Json | undefined,
  mine: { readonly [name: string]: Json },
  theirs: { readonly [name: string]: Json },
  depth: number,
): { merged: { [name: string]: Json }; clashes: Clash[] } => {
  const clashes: Clash[] = []
  const names = new Set([...Object.keys(mine), ...Object.keys(theirs)])
  const members = [...names].map((name) => {
    const [before, my, their] = [isObject(base) ? base[name] : undefined, mine[name], theirs[name]]
    if (equalJson(my, their) || equalJson(their, before)) return [name, my] as const
    if (equalJson(my, before)) return [name, their] as const
    if (depth > 0 && isObject(my) && isObject(their)) {
      const inner = mergeMembers(before, my, their, depth - 1)
      clashes.push(...inner.clashes.map((clash) => ({ ...clash, path: `${name}.${clash.path}` })))
      return [name, inner.merged] as const
    }
    clashes.push({ path: name, mine: my, theirs: their })
    return [name, my] as const
  })
  const present = members.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
  return { merged: Object.fromEntries(present), clashes }
}

/** What another author did since `base`, for the notice: ids of nodes. */
export interface Summary {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly string[]
}

export const summarize = (base: EditorDocument, theirs: EditorDocument): Summary => ({
  added: [...theirs.nodes.keys()].filter((id) => !base.nodes.has(id)),
  removed: [...base.nodes.keys()].filter((id) => !theirs.nodes.has(id)),
  changed: [...theirs.nodes].flatMap(([id, { node }]) => {
    const before = base.nodes.get(id)
    return before === undefined || equalJson(before.node as Json, node as Json) ? [] : [id]
  }),
})
