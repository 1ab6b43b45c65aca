import { definition } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import type { VersionRow } from './plan.js'

/** Reads a published version, or the snapshot of a test run. Throws when it does not exist: a run is never pinned to nothing. */
export async function loadVersion(sql: Sql, versionId: string): Promise<VersionRow> {
  const [row] = await sql<{ workflowId: string; name: string; number: number | null; definition: unknown }[]>`
    SELECT v.workflow_id AS "workflowId", w.name, v.number, v.definition_text AS definition
    FROM workflow_versions v JOIN workflows w ON w.id = v.workflow_id WHERE v.id = ${versionId}`
  if (row === undefined) throw new Error(`version ${versionId} does not exist`)
  return { ...row, versionId, definition: definition.parse(row.definition) }
}
