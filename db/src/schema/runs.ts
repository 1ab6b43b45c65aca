import type { Json, RunEvent, RunStatus, StepError, StepStatus, Wait, WaitResult } from '@millrace/contracts'
import { sql } from 'drizzle-orm'
import { bigint, boolean, integer, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core'
import { createdAt, instant, json, jsonb, workspaceId } from './columns.js'

/**
 * For reading only: packages/run-store is the only code that writes runs, steps and events, and it does so in plain
 * SQL (see the migrations for what each column means).
 */

export const workers = pgTable('workers', {
  id: uuid().primaryKey(),
  name: text().notNull(),
  leaseMs: integer('lease_ms').notNull(),
  startedAt: createdAt('started_at'),
  renewedAt: createdAt('renewed_at'),
  leaseUntil: instant('lease_until').notNull(),
})

export const runs = pgTable('runs', {
  id: uuid().primaryKey(),
  workspaceId: workspaceId('workspace_id'),
  workflowId: uuid('workflow_id').notNull(),
  versionId: uuid('version_id').notNull(),
  status: text().$type<RunStatus>().notNull().default('pending'),
  /** Place in the contract's list of priorities: 0 is the most urgent. */
  priority: smallint().notNull().default(2),
  trigger: text().notNull(),
  input: json().$type<Json>().notNull(),
  idempotencyKey: text('idempotency_key'),
  requestHash: text('request_hash'),
  parentRunId: uuid('parent_run_id'),
  originRunId: uuid('origin_run_id'),
  epoch: integer().notNull().default(0),
  workerId: uuid('worker_id'),
  claimToken: uuid('claim_token'),
  lastSeq: integer('last_seq').notNull().default(0),
  crashCount: smallint('crash_count').notNull().default(0),
  jobId: text('job_id'),
  enqueuedAt: createdAt('enqueued_at'),
  enqueueCount: integer('enqueue_count').notNull().default(1),
  sweepAt: instant('sweep_at').notNull().default(sql`clock_timestamp() + interval '10 s'`),
  createdAt: createdAt('created_at'),
  startedAt: instant('started_at'),
  finishedAt: instant('finished_at'),
  error: json().$type<StepError>(),
  output: json().$type<Json>(),
  snapshot: json().$type<Json>(),
  snapshotSeq: integer('snapshot_seq'),
  seed: json().$type<Json>(),
  limited: boolean().notNull().default(false),
  startedBy: uuid('started_by'),
  parentPath: text('parent_path'),
  parentAttempt: integer('parent_attempt'),
  hasWaits: boolean('has_waits').notNull().default(false),
  backlog: boolean().notNull().default(false),
})

export const stepRuns = pgTable(
  'step_runs',
  {
    runId: uuid('run_id').notNull(),
    path: text().notNull(),
    workspaceId: workspaceId('workspace_id'),
    nodeId: text('node_id').notNull(),
    type: text().notNull(),
    status: text().$type<StepStatus>().notNull(),
    attempt: integer().notNull(),
    startedAt: instant('started_at'),
    finishedAt: instant('finished_at'),
    error: json().$type<StepError>(),
    wait: jsonb().$type<Wait>(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.path] })],
)

export const runEvents = pgTable(
  'run_events',
  {
    runId: uuid('run_id').notNull(),
    seq: integer().notNull(),
    workspaceId: workspaceId('workspace_id'),
    event: json().$type<RunEvent>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.seq] })],
)

export const runInbox = pgTable('run_inbox', {
  id: bigint({ mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
  workspaceId: workspaceId('workspace_id'),
  runId: uuid('run_id').notNull(),
  message: json().$type<Json>().notNull(),
  createdAt: createdAt('created_at'),
})

export const timers = pgTable(
  'timers',
  {
    runId: uuid('run_id').notNull(),
    path: text().notNull(),
    kind: text().$type<'retry' | 'delay' | 'step_timeout' | 'run_timeout'>().notNull(),
    workspaceId: workspaceId('workspace_id'),
    attempt: integer().notNull(),
    dueAt: instant('due_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.path, table.kind] })],
)

export const waits = pgTable(
  'waits',
  {
    runId: uuid('run_id').notNull(),
    path: text().notNull(),
    attempt: integer().notNull(),
    workspaceId: workspaceId('workspace_id'),
    kind: text().notNull(),
    name: text(),
    key: text(),
    deadline: instant('deadline'),
    createdAt: createdAt('created_at'),
    resolvedAt: instant('resolved_at'),
    resolvedBy: text('resolved_by'),
    resolution: json().$type<WaitResult>(),
    id: uuid().notNull().default(sql`gen_random_uuid()`),
    onTimeout: json('on_timeout').$type<WaitResult>(),
    details: jsonb().$type<Json>(),
    input: json().$type<Json>(),
    leaseToken: uuid('lease_token'),
    leaseUntil: instant('lease_until'),
  },
  (table) => [primaryKey({ columns: [table.runId, table.path, table.attempt] })],
)

export const events = pgTable(
  'events',
  {
    workspaceId: workspaceId('workspace_id'),
    id: text().notNull(),
    name: text().notNull(),
    key: text().notNull(),
    payload: json().$type<Json>().notNull(),
    createdAt: createdAt('created_at'),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
)

export const payloads = pgTable(
  'payloads',
  {
    runId: uuid('run_id').notNull(),
    key: text().notNull(),
    workspaceId: workspaceId('workspace_id'),
    body: text().notNull(),
    createdAt: createdAt('created_at'),
  },
  (table) => [primaryKey({ columns: [table.runId, table.key] })],
)

export const runResponses = pgTable('run_responses', {
  runId: uuid('run_id').primaryKey(),
  workspaceId: workspaceId('workspace_id'),
  status: integer().notNull(),
  headers: json().$type<Record<string, string>>().notNull(),
  body: json().$type<Json>(),
  createdAt: createdAt('created_at'),
})

/** See services/runner/src/dead-letters. */
export const deadLetters = pgTable('dead_letters', {
  runId: uuid('run_id').primaryKey(),
  workspaceId: workspaceId('workspace_id'),
  fingerprint: text().notNull(),
  step: text(),
})

export const deadLetterDecisions = pgTable('dead_letter_decisions', {
  runId: uuid('run_id').primaryKey(),
  workspaceId: workspaceId('workspace_id'),
  decision: text().$type<'discarded' | 'redriven'>().notNull(),
  decidedBy: text('decided_by').notNull(),
  reason: text(),
  newRunId: uuid('new_run_id'),
  decidedAt: createdAt('decided_at'),
})
