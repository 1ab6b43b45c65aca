import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { MillraceError } from '@millrace/contracts'
import { uuidv7 } from '@millrace/db'
import type postgres from 'postgres'

/**
 * Owns `refresh_tokens`. A token is 32 random bytes, kept as its hash.
 *
 * 1. A token is used once: using it gives a new one of the same family.
 * 2. Using it again revokes the family, for one of the two users is a thief; except within 10 s, where two tabs
 *    of one browser may cross.
 */
const LIFETIME_DAYS = 30
const GRACE_SECONDS = 10

export interface Session {
  readonly userId: string
  readonly workspaceId: string
}

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest()

/** Starts a family. @returns the token. */
export const startFamily = async (sql: postgres.ISql, session: Session): Promise<string> => {
  await sql`DELETE FROM refresh_tokens
    WHERE user_id = ${session.userId} AND expires_at < clock_timestamp()`
  return insertToken(sql, session, randomUUID())
}

const insertToken = async (sql: postgres.ISql, session: Session, family: string): Promise<string> => {
  const token = randomBytes(32).toString('base64url')
  await sql`
    INSERT INTO refresh_tokens (id, family, user_id, workspace_id, token_hash, expires_at)
    VALUES (${uuidv7()}, ${family}, ${session.userId}, ${session.workspaceId}, ${hashOf(token)},
      clock_timestamp() + make_interval(days => ${LIFETIME_DAYS}))`
  return token
}

interface Known extends Session {
  readonly id: string
  readonly family: string
  readonly valid: boolean
  readonly used: boolean
  readonly inGrace: boolean
}

/** Trades a token for a new one. Throws UNAUTHENTICATED; after a reuse no token of the family works any more. */
export const rotate = async (
  sql: postgres.Sql,
  token: string,
): Promise<{ readonly session: Session; readonly token: string }> => {
  const rotated = await sql.begin(async (tx) => {
    const known = await lockToken(tx, token)
    if (known === undefined || !known.valid) return undefined
    if (known.used && !known.inGrace) {
      // Returned and not thrown: the revocation must commit.
      await revokeFamily(tx, known.family)
      return undefined
    }
    await tx`UPDATE refresh_tokens SET used_at = coalesce(used_at, clock_timestamp()) WHERE id = ${known.id}`
    const session = { userId: known.userId, workspaceId: known.workspaceId }
    return { session, token: await insertToken(tx, session, known.family) }
  })
  if (rotated === undefined) throw new MillraceError('UNAUTHENTICATED', 'The refresh token is not valid')
  return rotated
}

const lockToken = async (tx: postgres.TransactionSql, token: string): Promise<Known | undefined> => {
  const [row] = await tx<Known[]>`
    SELECT id, family, user_id AS "userId", workspace_id AS "workspaceId",
      revoked_at IS NULL AND expires_at > clock_timestamp() AS valid,
      used_at IS NOT NULL AS used,
      coalesce(used_at > clock_timestamp() - make_interval(secs => ${GRACE_SECONDS}), false) AS "inGrace"
    FROM refresh_tokens WHERE token_hash = ${hashOf(token)} FOR UPDATE`
  return row
}

const revokeFamily = async (sql: postgres.ISql, family: string): Promise<void> => {
  await sql`UPDATE refresh_tokens SET revoked_at = clock_timestamp()
    WHERE family = ${family} AND revoked_at IS NULL`
}

/** Ends the token's family. An unknown token is no error: the caller is signed out either way. */
export const endFamily = async (sql: postgres.Sql, token: string): Promise<void> => {
  const [row] = await sql<{ family: string }[]>`
    SELECT family FROM refresh_tokens WHERE token_hash = ${hashOf(token)}`
  if (row !== undefined) await revokeFamily(sql, row.family)
}
