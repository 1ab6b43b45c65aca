import type { Role } from '@millrace/contracts'
import type postgres from 'postgres'
import type { Actor } from '../roles.js'

/** A user in one workspace. */
export interface Member {
  readonly actor: Actor
  readonly workspace: { readonly id: string; readonly slug: string; readonly name: string }
}

interface MemberRow {
  userId: string
  email: string
  passwordHash: string
  role: Role
  workspaceId: string
  slug: string
  workspaceName: string
}

const selectMember = (sql: postgres.ISql) => sql`
  SELECT users.id AS "userId", users.email, users.password_hash AS "passwordHash", memberships.role,
    workspaces.id AS "workspaceId", workspaces.slug, workspaces.name AS "workspaceName"
  FROM users
  JOIN memberships ON memberships.user_id = users.id
  JOIN workspaces ON workspaces.id = memberships.workspace_id`

const toMember = (row: MemberRow): Member => ({
  actor: { userId: row.userId, workspaceId: row.workspaceId, role: row.role, email: row.email },
  workspace: { id: row.workspaceId, slug: row.slug, name: row.workspaceName },
})

/** The user of this address in the oldest of their workspaces. */
export const findByEmail = async (
  sql: postgres.ISql,
  email: string,
): Promise<{ member: Member; passwordHash: string } | undefined> => {
  const [row] = await sql<MemberRow[]>`${selectMember(sql)}
    WHERE lower(users.email) = ${email.toLowerCase()}
    ORDER BY workspaces.created_at, workspaces.id LIMIT 1`
  return row === undefined ? undefined : { member: toMember(row), passwordHash: row.passwordHash }
}

/** Undefined once the user has left the workspace. */
export const findMember = async (
  sql: postgres.ISql,
  session: { readonly userId: string; readonly workspaceId: string },
): Promise<Member | undefined> => {
  const [row] = await sql<MemberRow[]>`${selectMember(sql)}
    WHERE users.id = ${session.userId} AND workspaces.id = ${session.workspaceId}`
  return row === undefined ? undefined : toMember(row)
}
