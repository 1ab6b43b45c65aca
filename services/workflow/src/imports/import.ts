import type { Actor } from '@millrace/auth'
import type { Json, JsonObject } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import type postgres from 'postgres'
import { refuseProblems, toMillraceForm } from '../definitions/convert.js'
import { createDraft, replaceDraft } from '../drafts/repository.js'
import { publishLocked } from '../versions/publish.js'

/**
 * Makes a workflow of a definition in either form, or replaces the draft of the one that has its name; with
 * `publish` both happen or neither. Throws UNKNOWN_FORMAT, INVALID_DEFINITION, and what publishing throws.
 * @returns the workflow's id.
 */
export const importDefinition = async (
  sql: Sql,
  actor: Actor,
  input: Json,
  { publish }: { readonly publish: boolean },
): Promise<string> => {
  const form = toMillraceForm(input)
  const { definition } = form
  if (definition === undefined || publish) await refuseProblems(form)
  if (definition === undefined) throw new Error('a form without problems did not convert')
  return sql.begin(async (tx) => {
    const id = await upsertDraft(tx, actor.workspaceId, definition)
    if (publish) await publishLocked(tx, actor, id, undefined)
    return id
  })
}

const upsertDraft = async (
  tx: postgres.TransactionSql,
  workspaceId: string,
  definition: JsonObject,
): Promise<string> => {
  const name = typeof definition.name === 'string' ? definition.name : ''
  const [known] = await tx<{ id: string }[]>`
    SELECT id FROM workflows WHERE workspace_id = ${workspaceId} AND archived_at IS NULL AND name = ${name}
    FOR NO KEY UPDATE`
  if (known === undefined) return createDraft(tx, workspaceId, definition)
  await replaceDraft(tx, known.id, definition)
  return known.id
}
