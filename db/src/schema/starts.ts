import { pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { instant, workspaceId } from './columns.js'

/** For reading only: see packages/run-store/src/starts.ts. */

export const debouncedStarts = pgTable('debounced_starts', {
  runId: uuid('run_id').primaryKey(),
  workflowId: uuid('workflow_id').notNull(),
  key: text().notNull(),
  workspaceId: workspaceId('workspace_id'),
  windowAt: instant('window_at').notNull(),
  dueAt: instant('due_at').notNull(),
  supersededBy: uuid('superseded_by'),
})

export const ratedStarts = pgTable('rated_starts', {
  runId: uuid('run_id').primaryKey(),
  workflowId: uuid('workflow_id').notNull(),
  key: text().notNull(),
  workspaceId: workspaceId('workspace_id'),
  startsAt: instant('starts_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
})

export const heldStarts = pgTable('held_starts', {
  runId: uuid('run_id').primaryKey(),
  workspaceId: workspaceId('workspace_id'),
  dueAt: instant('due_at').notNull(),
})
