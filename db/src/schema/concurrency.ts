import { bigint, boolean, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { createdAt, workspaceId } from './columns.js'

/** For reading only: see packages/run-store/src/slots.ts. */

export const concurrencyKeys = pgTable(
  'concurrency_keys',
  {
    workflowId: uuid('workflow_id').notNull(),
    key: text().notNull(),
    workspaceId: workspaceId('workspace_id'),
    ownLimit: integer('own_limit').notNull(),
  },
  (table) => [primaryKey({ columns: [table.workflowId, table.key] })],
)

export const concurrencySlots = pgTable('concurrency_slots', {
  runId: uuid('run_id').primaryKey(),
  workflowId: uuid('workflow_id').notNull(),
  key: text().notNull(),
  workspaceId: workspaceId('workspace_id'),
  state: text().$type<'held' | 'admitted' | 'blocked'>().notNull(),
  superseded: boolean().notNull().default(false),
  position: bigint({ mode: 'bigint' }).notNull().generatedAlwaysAsIdentity(),
  since: createdAt('since'),
})
