import type { Definition, Json } from '@millrace/contracts'
import { integer, pgTable, primaryKey, smallint, text, unique, uuid } from 'drizzle-orm/pg-core'
import { createdAt, instant, json, jsonb, workspaceId } from './columns.js'
import { users, workspaces } from './identity.js'

const ownWorkspace = () =>
  workspaceId('workspace_id').references(() => workspaces.id, { onDelete: 'cascade' })

export const workflows = pgTable('workflows', {
  id: uuid().primaryKey(),
  workspaceId: ownWorkspace(),
  /** Unique in the workspace among those not archived. */
  name: text().notNull(),
  description: text().notNull().default(''),
  draft: jsonb().$type<Definition>().notNull(),
  /** The same, with its keys in their order. */
  draftText: json('draft_text').$type<Definition>().notNull(),
  draftRevision: integer('draft_revision').notNull().default(1),
  draftHash: text('draft_hash').notNull(),
  publishedVersion: integer('published_version'),
  createdAt: createdAt('created_at'),
  updatedAt: createdAt('updated_at'),
  archivedAt: instant('archived_at'),
})

export const workflowVersions = pgTable(
  'workflow_versions',
  {
    id: uuid().primaryKey(),
    workspaceId: ownWorkspace(),
    workflowId: uuid('workflow_id')
      .notNull()
      .references(() => workflows.id),
    /** Null in the snapshot of a draft that test runs run. */
    number: integer(),
    definition: jsonb().$type<Definition>().notNull(),
    /** The same, with its keys in their order. */
    definitionText: json('definition_text').$type<Definition>().notNull(),
    contentHash: text('content_hash').notNull(),
    message: text(),
    createdBy: uuid('created_by').references(() => users.id),
    createdAt: createdAt('created_at'),
  },
  (table) => [unique().on(table.workflowId, table.number)],
)

export const webhooks = pgTable(
  'webhooks',
  {
    workspaceId: ownWorkspace(),
    path: text().notNull(),
    method: text().notNull(),
    workflowId: uuid('workflow_id')
      .notNull()
      .references(() => workflows.id),
    versionId: uuid('version_id')
      .notNull()
      .references(() => workflowVersions.id),
    nodeId: text('node_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.path, table.method] })],
)

export const schedules = pgTable(
  'schedules',
  {
    workspaceId: ownWorkspace(),
    workflowId: uuid('workflow_id')
      .notNull()
      .references(() => workflows.id),
    nodeId: text('node_id').notNull(),
    versionId: uuid('version_id')
      .notNull()
      .references(() => workflowVersions.id),
    cron: text().notNull(),
    timezone: text().notNull(),
    nextAt: instant('next_at').notNull(),
    lastTickAt: instant('last_tick_at'),
    heldUntil: instant('held_until'),
  },
  (table) => [primaryKey({ columns: [table.workflowId, table.nodeId] })],
)

/** Triggers of published versions that an event or the failure of another workflow starts. */
export const listeners = pgTable(
  'listeners',
  {
    workspaceId: ownWorkspace(),
    workflowId: uuid('workflow_id')
      .notNull()
      .references(() => workflows.id),
    nodeId: text('node_id').notNull(),
    versionId: uuid('version_id')
      .notNull()
      .references(() => workflowVersions.id),
    kind: text({ enum: ['event', 'failure'] }).notNull(),
    name: text().notNull(),
    key: text(),
    match: jsonb().$type<Json>(),
    statuses: text().array(),
    priority: smallint().notNull(),
  },
  (table) => [primaryKey({ columns: [table.workflowId, table.nodeId, table.name] })],
)
