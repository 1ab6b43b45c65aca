import {
  type CredentialData,
  type CredentialSummary,
  credentialData,
  credentialType,
  MillraceError,
} from '@millrace/contracts'
import { type Sql, uuidv7 } from '@millrace/db'
import type postgres from 'postgres'
import type { Vault } from './vault.js'

/**
 * Owns `credentials`. Values go in and come out only through `use` and `open`, which are for whoever executes a step,
 * checks a signature or tries a credential, never for an answer, a log or an error (I8).
 */
export interface CredentialStore {
  /** Throws CREDENTIAL_NAME_TAKEN. */
  create(
    owner: { readonly workspaceId: string; readonly userId: string },
    name: string,
    credential: CredentialData,
  ): Promise<CredentialSummary>
  /** By name. */
  list(workspaceId: string): Promise<CredentialSummary[]>
  /** False when the workspace has no such credential. */
  remove(workspaceId: string, id: string): Promise<boolean>
  /** By id; undefined when the workspace has no such credential. Throws CREDENTIAL_UNREADABLE. */
  open(workspaceId: string, id: string): Promise<CredentialData | undefined>
  /** Throws CREDENTIAL_NOT_FOUND or CREDENTIAL_UNREADABLE. */
  use(workspaceId: string, name: string): Promise<CredentialData>
}

interface Row {
  id: string
  keyId: string
  wrappedKey: Uint8Array
  ciphertext: Uint8Array
}

export const createCredentialStore = (sql: Sql, vault: Vault): CredentialStore => ({
  create: async ({ workspaceId, userId }, name, credential) => {
    const id = uuidv7()
    const sealed = vault.seal(JSON.stringify(credential), { workspaceId, credentialId: id })
    const [row] = await sql`
      INSERT INTO credentials (id, workspace_id, name, type, key_id, wrapped_key, ciphertext, created_by)
      VALUES (${id}, ${workspaceId}, ${name}, ${credential.type}, ${sealed.keyId},
        ${Buffer.from(sealed.wrappedKey)}, ${Buffer.from(sealed.ciphertext)}, ${userId})
      ON CONFLICT (workspace_id, name) DO NOTHING
      RETURNING ${summaryColumns(sql)}`
    if (row === undefined)
      throw new MillraceError('CREDENTIAL_NAME_TAKEN', `There is a credential named ${name} already`)
    return toSummary(row)
  },
  list: async (workspaceId) => {
    const rows = await sql`
      SELECT ${summaryColumns(sql)} FROM credentials WHERE workspace_id = ${workspaceId} ORDER BY name`
    return rows.map(toSummary)
  },
  remove: async (workspaceId, id) => {
    const removed = await sql`DELETE FROM credentials WHERE workspace_id = ${workspaceId} AND id = ${id}`
    return removed.count > 0
  },
  open: async (workspaceId, id) => {
    const [row] = await sql<Row[]>`
      SELECT ${sealedColumns(sql)} FROM credentials WHERE workspace_id = ${workspaceId} AND id = ${id}`
    return row && read(vault.open(row, { workspaceId, credentialId: row.id }))
  },
  use: async (workspaceId, name) => {
    const [row] = await sql<Row[]>`
      SELECT ${sealedColumns(sql)} FROM credentials WHERE workspace_id = ${workspaceId} AND name = ${name}`
    if (row === undefined)
      throw new MillraceError('CREDENTIAL_NOT_FOUND', `There is no credential named ${name}`)
    return read(vault.open(row, { workspaceId, credentialId: row.id }))
  },
})

const summaryColumns = (sql: Sql) => sql`
  id, name, type, extract(epoch FROM created_at)::float8 * 1000 AS "createdAt"`

const sealedColumns = (sql: Sql) => sql`id, key_id AS "keyId", wrapped_key AS "wrappedKey", ciphertext`

const toSummary = (row: postgres.Row): CredentialSummary => ({
  id: String(row.id),
  name: String(row.name),
  type: credentialType.parse(row.type),
  createdAt: new Date(Number(row.createdAt)).toISOString(),
})

/** What was sealed by an older version and no longer parses is as unreadable as a lost key. */
const read = (plaintext: string): CredentialData => {
  const parsed = credentialData.safeParse(JSON.parse(plaintext))
  if (!parsed.success) throw new MillraceError('CREDENTIAL_UNREADABLE')
  return parsed.data
}
