import type { Role } from '@millrace/contracts'
import { integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { bytea, createdAt, instant, workspaceId } from './columns.js'

export const workspaces = pgTable('workspaces', {
  id: uuid().primaryKey(),
  slug: text().notNull().unique(),
  name: text().notNull(),
  createdAt: createdAt('created_at'),
})

export const users = pgTable('users', {
  id: uuid().primaryKey(),
  /** Unique without regard to case. */
  email: text().notNull(),
  name: text().notNull().default(''),
  passwordHash: text('password_hash').notNull(),
  failedLogins: integer('failed_logins').notNull().default(0),
  lockedUntil: instant('locked_until'),
  createdAt: createdAt('created_at'),
})

export const memberships = pgTable(
  'memberships',
  {
    workspaceId: workspaceId('workspace_id').references(() => workspaces.id, { onDelete: 'cascade' }),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    role: text().$type<Role>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.userId] })],
)

export const refreshTokens = pgTable('refresh_tokens', {
  id: uuid().primaryKey(),
  family: uuid().notNull(),
  userId: uuid('user_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' }),
  workspaceId: workspaceId('workspace_id').references(() => workspaces.id, { onDelete: 'cascade' }),
  tokenHash: bytea('token_hash').notNull().unique(),
  createdAt: createdAt('created_at'),
  expiresAt: instant('expires_at').notNull(),
  usedAt: instant('used_at'),
  revokedAt: instant('revoked_at'),
})

/** Failed sign-ins by account and by address. */
export const signInAttempts = pgTable('sign_in_attempts', {
  subject: text().primaryKey(),
  failures: integer().notNull(),
  lockedUntil: instant('locked_until'),
  lastAt: createdAt('last_at'),
})
