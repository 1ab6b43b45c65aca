import type { Actor } from '@millrace/auth'
import { type Definition, stringifyJson, type Version } from '@millrace/contracts'
import { type Sql, uuidv7 } from '@millrace/db'
import { checkDefinition } from '@millrace/nodes'
import type postgres from 'postgres'
import { contentHashOf } from '../definitions/content-hash.js'
import { credentialReferences, missingCredentials } from '../definitions/credential-references.js'
import { invalidDefinition } from '../definitions/problems.js'
import { lockWorkflow, workflowNotFound } from '../workflows/repository.js'
import { findVersion } from './repository.js'
import { replaceListeners, replaceSchedules, replaceWebhooks } from './triggers.js'

export interface PublishResult {
  readonly version: Version
  /** False when the published version already does exactly what the draft says. */
  readonly created: boolean
}

/**
 * Makes the draft the next version, with its webhooks, schedules and listeners, or nothing of it. Throws NOT_FOUND,
 * INVALID_DEFINITION with every problem, WEBHOOK_PATH_TAKEN.
 */
export const publish = (
  sql: Sql,
  actor: Actor,
  ref: string,
  message: string | undefined,
): Promise<PublishResult> =>
  sql.begin(async (tx) => {
    const workflowId = await lockWorkflow(tx, actor.workspaceId, ref)
    return publishLocked(tx, actor, workflowId, message)
  })

/** `publish` inside a transaction that has locked the workflow. */
export const publishLocked = async (
  tx: postgres.TransactionSql,
  actor: Actor,
  workflowId: string,
  message: string | undefined,
): Promise<PublishResult> => {
  const { draft, publishedVersion } = await readDraftRow(tx, workflowId)
  const definition = await publishable(tx, actor.workspaceId, draft)
  const contentHash = contentHashOf(definition)
  const current = publishedVersion === null ? undefined : await findVersion(tx, workflowId, publishedVersion)
  if (current?.contentHash === contentHash) return { version: current, created: false }

  const version = await insertVersion(tx, actor, { workflowId, definition, contentHash, message })
  const published = { workspaceId: actor.workspaceId, workflowId, versionId: version.id }
  await replaceWebhooks(tx, published, definition)
  await replaceSchedules(tx, published, definition)
  await replaceListeners(tx, published, definition)
  await tx`UPDATE workflows SET published_version = ${version.number}, draft_hash = ${contentHash},
    updated_at = clock_timestamp() WHERE id = ${workflowId}`
  return { version, created: true }
}

interface DraftRow {
  draft: unknown
  publishedVersion: number | null
}

const readDraftRow = async (tx: postgres.TransactionSql, workflowId: string): Promise<DraftRow> => {
  const [row] = await tx<DraftRow[]>`
    SELECT draft_text AS draft, published_version AS "publishedVersion" FROM workflows WHERE id = ${workflowId}`
  if (row === undefined) throw workflowNotFound(workflowId)
  return row
}

/** Throws INVALID_DEFINITION. Locks the credentials it names: they exist when the version does. */
const publishable = async (
  tx: postgres.TransactionSql,
  workspaceId: string,
  draft: unknown,
): Promise<Definition> => {
  const { definition, problems } = await checkDefinition(draft)
  if (definition === undefined) throw invalidDefinition(problems)
  const references = credentialReferences(definition)
  const existing = await credentialTypes(
    tx,
    workspaceId,
    references.map((reference) => reference.name),
  )
  const all = [...problems, ...missingCredentials(references, existing)]
  if (all.length > 0) throw invalidDefinition(all)
  return definition
}

const credentialTypes = async (
  tx: postgres.TransactionSql,
  workspaceId: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  const rows = await tx<{ name: string; type: string }[]>`
    SELECT name, type FROM credentials
    WHERE workspace_id = ${workspaceId} AND name = ANY (${[...names]}) FOR KEY SHARE`
  return new Map(rows.map((row) => [row.name, row.type]))
}

interface NewVersion {
  readonly workflowId: string
  readonly definition: Definition
  readonly contentHash: string
  readonly message: string | undefined
}

const insertVersion = async (
  tx: postgres.TransactionSql,
  actor: Actor,
  { workflowId, definition, contentHash, message }: NewVersion,
): Promise<Version> => {
  const [row] = await tx<{ number: number }[]>`
    INSERT INTO workflow_versions
      (id, workspace_id, workflow_id, number, definition, definition_text, content_hash, message, created_by)
    SELECT ${uuidv7()}, ${actor.workspaceId}, ${workflowId}, (
        SELECT coalesce(max(number), 0) + 1 FROM workflow_versions WHERE workflow_id = ${workflowId}),
      d.text::jsonb, d.text, ${contentHash}, ${message ?? null}, ${actor.userId}
    FROM (SELECT ${stringifyJson(definition)}::text::json AS text) d
    RETURNING number`
  const version = row === undefined ? undefined : await findVersion(tx, workflowId, row.number)
  if (version === undefined) throw new Error('the version just inserted is gone')
  return version
}
