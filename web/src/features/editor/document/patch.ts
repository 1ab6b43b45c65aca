import { type EditorDocument, TABLES, type TableName, type Tables } from './document.js'

/** One row before and after; undefined where there is none. */
export type Change = {
  readonly [T in TableName]: {
    readonly table: T
    readonly key: string
    readonly before: Tables[T] | undefined
    readonly after: Tables[T] | undefined
  }
}[TableName]

/** What one step of the author did. Holds at most one change of each row. */
export type Patch = readonly Change[]

export const invertPatch = (patch: Patch): Patch =>
  patch.map((change) => ({ ...change, before: change.after, after: change.before }) as Change) // same table, same type

/** Rows are set whatever they were: a patch still applies after a merge brought in another author's rows. */
export const applyPatch = (document: EditorDocument, patch: Patch): EditorDocument => {
  const touched: { -readonly [T in TableName]?: Map<string, Tables[T]> } = {}
  for (const { table, key, after } of patch) {
    touched[table] ??= new Map<string, never>(document[table] as ReadonlyMap<string, never>)
    // `table` and `after` come from one change: the type of the row is that of the table.
    const rows = touched[table] as Map<string, typeof after>
    if (after === undefined) rows.delete(key)
    else rows.set(key, after)
  }
  return { ...document, ...touched }
}

/** The patch that does `first`, then `second`. */
export const joinPatches = (first: Patch, second: Patch): Patch => {
  const joined = new Map(first.map((change) => [rowOf(change), change]))
  for (const change of second) {
    const earlier = joined.get(rowOf(change))
    const before = earlier === undefined ? change.before : earlier.before
    joined.set(rowOf(change), { ...change, before } as Change) // same table, same type
  }
  return [...joined.values()].filter(({ before, after }) => before !== after)
}

const rowOf = ({ table, key }: Change): string => `${table} ${key}`

/** Collects the changes of one command. Reads see what was written before. */
export interface Edit {
  get<T extends TableName>(table: T, key: string): Tables[T] | undefined
  has(table: TableName, key: string): boolean
  set<T extends TableName>(table: T, key: string, row: Tables[T]): void
  delete(table: TableName, key: string): void
  /** Behind all rows there are: the rank of the next node or edge. */
  nextRank(table: 'nodes' | 'edges'): number
}

/** The patch of what `work` does to `document`. */
export const edit = (document: EditorDocument, work: (edit: Edit) => void): Patch => {
  const written = new Map<TableName, Map<string, unknown>>(TABLES.map((table) => [table, new Map()]))
  const ranks = { nodes: topRank(document.nodes), edges: topRank(document.edges) }
  const get = (table: TableName, key: string): unknown => {
    const rows = written.get(table)
    return rows?.has(key) ? rows.get(key) : document[table].get(key)
  }
  work({
    get: get as Edit['get'], // rows are only ever written under the table of their type
    has: (table, key) => get(table, key) !== undefined,
    set: (table, key, row) => written.get(table)?.set(key, row),
    delete: (table, key) => written.get(table)?.set(key, undefined),
    nextRank: (table) => ++ranks[table],
  })
  return TABLES.flatMap((table) =>
    [...(written.get(table) ?? [])].flatMap(([key, after]) => {
      const before = document[table].get(key)
      return before === after ? [] : [{ table, key, before, after } as Change]
    }),
  )
}

const topRank = (rows: ReadonlyMap<string, { readonly rank: number }>): number =>
  [...rows.values()].reduce((top, { rank }) => Math.max(top, rank), -1)
