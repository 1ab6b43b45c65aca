import type { Json } from '@millrace/contracts'
import { integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { createdAt, instant, jsonb, workspaceId } from './columns.js'
import { workspaces } from './identity.js'

/** One action on many runs: see services/runner/src/bulk. */
export const bulkOperations = pgTable('bulk_operations', {
  id: uuid().primaryKey(),
  workspaceId: workspaceId('workspace_id').references(() => workspaces.id, { onDelete: 'cascade' }),
  action: text().notNull(),
  options: jsonb().$type<Json>().notNull(),
  status: text().notNull().default('proposed'),
  total: integer().notNull().default(0),
  done: integer().notNull().default(0),
  skipped: integer().notNull().default(0),
  failed: integer().notNull().default(0),
  errors: jsonb().$type<Json>().notNull().default([]),
  createdAt: createdAt('created_at'),
  startedAt: instant('started_at'),
  finishedAt: instant('finished_at'),
})

export const bulkMembers = pgTable(
  'bulk_members',
  {
    bulkId: uuid('bulk_id')
      .notNull()
      .references(() => bulkOperations.id, { onDelete: 'cascade' }),
    runId: uuid('run_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.bulkId, table.runId] })],
)
