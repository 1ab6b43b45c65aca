import type { CredentialSummary } from '@millrace/contracts'
import { pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import { bytea, createdAt, workspaceId } from './columns.js'
import { users, workspaces } from './identity.js'

export const credentials = pgTable(
  'credentials',
  {
    id: uuid().primaryKey(),
    workspaceId: workspaceId('workspace_id').references(() => workspaces.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    type: text().$type<CredentialSummary['type']>().notNull(),
    keyId: text('key_id').notNull(),
    wrappedKey: bytea('wrapped_key').notNull(),
    ciphertext: bytea().notNull(),
    createdBy: uuid('created_by').references(() => users.id),
    createdAt: createdAt('created_at'),
  },
  (table) => [unique().on(table.workspaceId, table.name)],
)
