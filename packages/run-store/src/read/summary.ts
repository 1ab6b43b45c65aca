import {
  type Priority,
  priority as priorities,
  type RunStatus,
  type RunSummary,
  type StepError,
} from '@millrace/contracts'

/** A run as lists show it. */
export interface SummaryRow {
  readonly id: string
  readonly workflow_id: string
  readonly workflow_name: string
  readonly version: number | null
  readonly status: RunStatus
  readonly trigger: string
  readonly priority: number
  readonly created_ms: number
  readonly started_ms: number | null
  readonly finished_ms: number | null
  readonly last_seq: number
  readonly error: StepError | null
}

/** Of `runs r`, `workflows w` and `workflow_versions v`. */
export const SUMMARY_COLUMNS = `
  r.id, r.workflow_id, w.name AS workflow_name, v.number AS version, r.status, r.trigger, r.priority,
  (extract(epoch FROM r.created_at) * 1000)::float8 AS created_ms,
  (extract(epoch FROM r.started_at) * 1000)::float8 AS started_ms,
  (extract(epoch FROM r.finished_at) * 1000)::float8 AS finished_ms, r.last_seq, r.error`

export const toSummary = (row: SummaryRow): RunSummary => ({
  id: row.id,
  workflowId: row.workflow_id,
  workflowName: row.workflow_name,
  version: row.version,
  status: row.status,
  trigger: row.trigger,
  priority: toPriority(row.priority),
  createdAt: toIso(row.created_ms),
  startedAt: row.started_ms === null ? null : toIso(row.started_ms),
  finishedAt: row.finished_ms === null ? null : toIso(row.finished_ms),
  lastSeq: row.last_seq,
  error: row.error,
})

/** Priorities are stored as their place in the contract's list, 0 the most urgent. */
export const toPriority = (rank: number): Priority => priorities.options[rank] ?? 'normal'

export const toIso = (ms: number): string => new Date(ms).toISOString()
