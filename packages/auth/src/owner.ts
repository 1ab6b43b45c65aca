import { randomBytes } from 'node:crypto'
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Sql, uuidv7 } from '@millrace/db'
import { hashPassword } from './passwords/passwords.js'

const EMAIL = 'owner@millrace.local'
/** Any fixed number, other than the one of the migrations. */
const LOCK_KEY = 64557224

export interface Owner {
  /** True when this call made the workspace. */
  readonly created: boolean
  readonly email: string
  /** Where the generated password is, as `{ email, password }`, mode 0600. */
  readonly file: string
}

/**
 * At the first start of an empty database makes the workspace `default` and its owner, an admin with a
 * generated password. Any number of processes may call it at once.
 */
export const ensureOwner = async (sql: Sql, { dir }: { dir: string }): Promise<Owner> => {
  const file = join(dir, 'owner.json')
  const created = await sql.begin(async (tx) => {
    await tx`SELECT pg_advisory_xact_lock(${LOCK_KEY})`
    const known = await tx`SELECT 1 FROM workspaces LIMIT 1`
    if (known.length > 0) return false
    const password = randomBytes(18).toString('base64url')
    const [workspaceId, userId] = [uuidv7(), uuidv7()]
    await tx`INSERT INTO workspaces (id, slug, name) VALUES (${workspaceId}, 'default', 'Default')`
    await tx`INSERT INTO users (id, email, name, password_hash)
      VALUES (${userId}, ${EMAIL}, 'Owner', ${await hashPassword(password)})`
    await tx`INSERT INTO memberships (workspace_id, user_id, role) VALUES (${workspaceId}, ${userId}, 'admin')`
    // Before the commit: a death in between leaves a password that opens nothing, not an owner without one.
    await writePrivately(dir, file, `${JSON.stringify({ email: EMAIL, password }, null, 2)}\n`)
    return true
  })
  return { created, email: EMAIL, file }
}

const writePrivately = async (dir: string, file: string, text: string): Promise<void> => {
  await mkdir(dir, { recursive: true })
  const draft = `${file}.new`
  await writeFile(draft, text, { mode: 0o600 })
  // The mode of writeFile is only for files it makes.
  await chmod(draft, 0o600)
  await rename(draft, file)
}
