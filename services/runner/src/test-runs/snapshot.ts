import { createHash } from 'node:crypto'
import { type Definition, stringifyJson } from '@millrace/contracts'
import { type Sql, uuidv7 } from '@millrace/db'
import { canonicalContent } from '@millrace/engine'

export interface SnapshotOf {
  readonly workspaceId: string
  readonly workflowId: string
  readonly userId: string
}

/**
 * The id of a version that is never published: what a test run is pinned to. Definitions that run the same share
 * one, so that trying a step again and again writes it once.
 */
export const takeSnapshot = async (
  sql: Sql,
  { workspaceId, workflowId, userId }: SnapshotOf,
  definition: Definition,
): Promise<string> => {
  const hash = createHash('sha256').update(canonicalContent(definition)).digest('hex')
  const find = () => sql<{ id: string }[]>`
    SELECT id FROM workflow_versions
    WHERE workflow_id = ${workflowId} AND content_hash = ${hash} AND number IS NULL`
  const [known] = await find()
  if (known !== undefined) return known.id
  await sql`
    INSERT INTO workflow_versions (id, workspace_id, workflow_id, number, definition, definition_text, content_hash,
      created_by)
    SELECT ${uuidv7()}, ${workspaceId}, ${workflowId}, NULL, d.text::jsonb, d.text, ${hash}, ${userId}
    FROM (SELECT ${stringifyJson(definition)}::text::json AS text) d
    ON CONFLICT (workflow_id, content_hash) WHERE number IS NULL DO NOTHING`
  // Read in a statement of its own: whoever came first, its row is seen now.
  const [taken] = await find()
  if (taken === undefined) throw new Error('the snapshot just taken is gone')
  return taken.id
}
