import type { Sql } from '@millrace/db'
import type { RunFilter } from './filter.js'
import type { Scope } from './sources.js'

/** Where a page begins or a look ends. Two of them compare as their texts do. */
export interface Place {
  /** ISO 8601, to the microsecond. */
  readonly at: string
  readonly id: string
}

export const PLACE = `to_char(r.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

/** Of the run that a cursor names; of one that is gone by now, when its id says that it was made. */
export const readPlace = async (sql: Sql, workspaceId: string, id: string): Promise<Place> => {
  const [place] = await sql<Place[]>`
    SELECT ${sql.unsafe(PLACE)} AS at, id FROM runs r WHERE r.id = ${id} AND r.workspace_id = ${workspaceId}`
  return place ?? { at: new Date(Math.min(LATEST, madeAt(id))).toISOString(), id }
}

/** Milliseconds since the epoch, as a UUID of version 7 begins with them. */
const madeAt = (id: string): number => Number.parseInt(id.replace('-', '').slice(0, 12), 16)

/** The last moment that ISO 8601 writes with four digits of the year: an id may begin with any bits, a date may not. */
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** What a filter's names stand for, as far as a source asks. */
export const readScope = async (sql: Sql, workspaceId: string, filter: RunFilter): Promise<Scope> => {
  const { workflowId, version, trigger } = filter
  const ids = async (rows: Promise<readonly { readonly id: string }[]>) => (await rows).map(({ id }) => id)
  const [versionIds, workflowIds] = await Promise.all([
    version === undefined
      ? []
      : ids(sql<{ id: string }[]>`
          SELECT id FROM workflow_versions WHERE workspace_id = ${workspaceId} AND number = ${version}
          ${workflowId === undefined ? sql`` : sql`AND workflow_id = ${workflowId}`}`),
    workflowId !== undefined
      ? [workflowId]
      : trigger === undefined
        ? []
        : ids(sql<{ id: string }[]>`SELECT id FROM workflows WHERE workspace_id = ${workspaceId}`),
  ])
  return { workspaceId, versionIds, workflowIds }
}

const known = new WeakMap<Sql, boolean>()

/** Whether the database has the index of error texts: it needs an extension that its owner may not be able to make. */
export const hasErrorIndex = async (sql: Sql): Promise<boolean> => {
  const cached = known.get(sql)
  if (cached !== undefined) return cached
  const [row] = await sql<[{ has: boolean }]>`
    SELECT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('runs_error_text') AND indisvalid) AS has`
  known.set(sql, row.has)
  return row.has
}
