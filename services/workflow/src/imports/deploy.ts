import type { Actor } from '@millrace/auth'
import { type DeployBody, type JsonObject, MillraceError } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import type postgres from 'postgres'
import { refuseProblems, toMillraceForm } from '../definitions/convert.js'
import { readDraft } from '../definitions/draft.js'
import { createDraft, replaceDraft } from '../drafts/repository.js'
import { type PublishResult, publishLocked } from '../versions/publish.js'

export interface Deployment extends PublishResult {
  readonly workflow: { readonly id: string; readonly name: string }
}

/**
 * Makes a definition, in either form, the published version of the workflow that it names: draft, version and triggers
 * in one transaction, or nothing of it. A draft with changes that nobody published is not replaced, unless it is at
 * `baseRevision` or `force` is set.
 * @throws UNKNOWN_FORMAT, INVALID_DEFINITION, DRAFT_CONFLICT, WEBHOOK_PATH_TAKEN
 */
export const deployDefinition = async (sql: Sql, actor: Actor, body: DeployBody): Promise<Deployment> => {
  const form = toMillraceForm(body.definition)
  await refuseProblems(form)
  const { definition } = form
  if (definition === undefined) throw new Error('a form without problems did not convert')
  const { name } = readDraft(definition)
  return sql.begin(async (tx) => {
    const id = await saveDeployed(tx, actor.workspaceId, definition, body)
    return { workflow: { id, name }, ...(await publishLocked(tx, actor, id, body.message)) }
  })
}

const saveDeployed = async (
  tx: postgres.TransactionSql,
  workspaceId: string,
  definition: JsonObject,
  body: DeployBody,
): Promise<string> => {
  const { name, hash } = readDraft(definition)
  const known = await lockDraft(tx, workspaceId, name)
  if (known === undefined) return createDraft(tx, workspaceId, definition)
  if (known.hash !== hash) refuseNewerDraft(known, body)
  await replaceDraft(tx, known.id, definition)
  return known.id
}

interface DraftState {
  readonly id: string
  readonly revision: number
  readonly hash: string
  /** Of what is published. */
  readonly publishedHash: string | null
}

const lockDraft = async (
  tx: postgres.TransactionSql,
  workspaceId: string,
  name: string,
): Promise<DraftState | undefined> => {
  const [row] = await tx<DraftState[]>`
    SELECT w.id, w.draft_revision AS revision, w.draft_hash AS hash, (
      SELECT v.content_hash FROM workflow_versions v
      WHERE v.workflow_id = w.id AND v.number = w.published_version) AS "publishedHash"
    FROM workflows w WHERE w.workspace_id = ${workspaceId} AND w.archived_at IS NULL AND w.name = ${name}
    FOR NO KEY UPDATE OF w`
  return row
}

/** Throws DRAFT_CONFLICT where the draft holds what the caller cannot have seen. */
const refuseNewerDraft = (
  { revision, hash, publishedHash }: DraftState,
  { force, baseRevision }: DeployBody,
): void => {
  if (force || (baseRevision === undefined ? hash === publishedHash : baseRevision === revision)) return
  const reason = baseRevision === undefined ? 'holds changes that are not published' : 'has changed since'
  throw new MillraceError('DRAFT_CONFLICT', `The draft, now at revision ${revision}, ${reason}`, {
    details: { currentRevision: revision },
  })
}
