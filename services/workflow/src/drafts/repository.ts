import { type JsonObject, MillraceError } from '@millrace/contracts'
import { type Sql, uuidv7 } from '@millrace/db'
import type postgres from 'postgres'
import { readDraft } from '../definitions/draft.js'
import { violates } from '../http/unique-violation.js'
import { lockWorkflow } from '../workflows/repository.js'

/**
 * Writes drafts. A draft may have any problem but a bad name and a size beyond the limits: an author saves work
 * half done. The name of a workflow is the name in its draft.
 */

/** Throws INVALID_DEFINITION on name or size, WORKFLOW_NAME_TAKEN. @returns the new workflow's id. */
export const createDraft = (
  sql: postgres.ISql,
  workspaceId: string,
  definition: JsonObject,
): Promise<string> => {
  const draft = readDraft(definition)
  return refusingTakenNames(draft.name, async () => {
    const id = uuidv7()
    await sql`
      INSERT INTO workflows (id, workspace_id, name, description, draft, draft_text, draft_hash)
      SELECT ${id}, ${workspaceId}, ${draft.name}, ${draft.description}, d.text::jsonb, d.text, ${draft.hash}
      FROM (SELECT ${draft.text}::text::json AS text) d`
    return id
  })
}

/**
 * Replaces the draft if it still is at `baseRevision`. Throws NOT_FOUND, DRAFT_CONFLICT with the current revision,
 * INVALID_DEFINITION and WORKFLOW_NAME_TAKEN as `createDraft` does. @returns the workflow's id.
 */
export const saveDraft = (
  sql: Sql,
  workspaceId: string,
  ref: string,
  change: { readonly definition: JsonObject; readonly baseRevision: number },
): Promise<string> =>
  sql.begin(async (tx) => {
    const id = await lockWorkflow(tx, workspaceId, ref)
    const [row] = await tx<{ revision: number }[]>`
      SELECT draft_revision AS revision FROM workflows WHERE id = ${id}`
    const revision = row?.revision ?? 0
    if (revision !== change.baseRevision)
      throw new MillraceError('DRAFT_CONFLICT', `The draft is at revision ${revision} by now`, {
        details: { currentRevision: revision },
      })
    await replaceDraft(tx, id, change.definition)
    return id
  })

/** Whatever the draft's revision. The caller has locked the workflow. Throws as `createDraft` does. */
export const replaceDraft = (tx: postgres.ISql, id: string, definition: JsonObject): Promise<void> => {
  const draft = readDraft(definition)
  return refusingTakenNames(draft.name, async () => {
    await tx`
      UPDATE workflows SET name = ${draft.name}, description = ${draft.description},
        draft = d.text::jsonb, draft_text = d.text, draft_hash = ${draft.hash},
        draft_revision = draft_revision + 1, updated_at = clock_timestamp()
      FROM (SELECT ${draft.text}::text::json AS text) d
      WHERE id = ${id}`
  })
}

const refusingTakenNames = async <T>(name: string, write: () => Promise<T>): Promise<T> => {
  try {
    return await write()
  } catch (error) {
    if (!violates(error, 'workflows_name')) throw error
    throw new MillraceError('WORKFLOW_NAME_TAKEN', `There is a workflow named ${name} already`)
  }
}
