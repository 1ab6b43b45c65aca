import {
  type BulkAction,
  type BulkFilter,
  bulkOperation,
  bulkPreview,
  page,
  type RunFilter,
  requestedAnswer,
  run,
  runSummary,
  type StartRunBody,
  startRunAnswer,
} from '@millrace/contracts'
import type { Client } from './client.js'

const runPage = page(runSummary)
const at = (runId: string) => `/runs/${encodeURIComponent(runId)}`

export interface ListRuns extends RunFilter {
  readonly cursor?: string | undefined
  readonly limit?: number
}

/** Runs: starting, listing and acting on them. Their events come as a stream. */
export const createRunsApi = (client: Client) => ({
  /** Newest first. */
  list: (query: ListRuns = {}, signal?: AbortSignal) =>
    client.call({ method: 'GET', path: '/runs', query: { ...query }, signal }, runPage),

  /** Those of the ids that exist, at most 200. */
  readMany: (ids: readonly string[], signal?: AbortSignal) =>
    client.call({ method: 'GET', path: '/runs', query: { ids: ids.join(','), limit: 200 }, signal }, runPage),

  read: (runId: string, signal?: AbortSignal) => client.call({ method: 'GET', path: at(runId), signal }, run),

  /** The same key gives the same run: a click that is sent twice starts one (I6). */
  start: (body: StartRunBody, idempotencyKey: string) =>
    client.call(
      { method: 'POST', path: '/runs', body, headers: { 'idempotency-key': idempotencyKey } },
      startRunAnswer,
    ),

  /** Asks for it: the run ends as cancelled soon after. Throws RUN_FINISHED. */
  cancel: (runId: string, reason?: string) =>
    client.call(
      { method: 'POST', path: `${at(runId)}/cancel`, body: reason === undefined ? {} : { reason } },
      requestedAnswer,
    ),

  /** Counts the runs an action would fall on; the token starts it on just those. */
  previewBulk: (body: { action: BulkAction; filter: BulkFilter; confirm?: boolean }, signal?: AbortSignal) =>
    client.call({ method: 'POST', path: '/runs/bulk/preview', body, signal }, bulkPreview),

  startBulk: (token: string) =>
    client.call({ method: 'POST', path: '/runs/bulk', body: { token } }, bulkOperation),

  readBulk: (id: string, signal?: AbortSignal) =>
    client.call({ method: 'GET', path: `/runs/bulk/${encodeURIComponent(id)}`, signal }, bulkOperation),
})

export type RunsApi = ReturnType<typeof createRunsApi>
