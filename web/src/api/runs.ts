import {
  type BulkAction,
  type BulkFilter,
  bulkOperation,
  bulkPreview,
  type RunFilter,
  runPage,
  type StartRunBody,
  startRunAnswer,
} from '@millrace/contracts'
import type { Client } from './client.js'

export interface ListRuns extends RunFilter {
  readonly cursor?: string | undefined
  readonly limit?: number
}

/** Runs: starting, listing and acting on them. Their events come as a stream. */
export const createRunsApi = (client: Client) => ({
  /** Newest first. */
  list: (query: ListRuns = {}, signal?: AbortSignal) =>
    client.call({ method: 'GET', path: '/runs', query: { ...query }, signal }, runPage),

  /** Those of the ids, at most 200, that match. */
  listOf: async (ids: readonly string[], filter: RunFilter) => {
    const query = { ...filter, ids: ids.join(','), limit: 200 }
    return (await client.call({ method: 'GET', path: '/runs', query }, runPage)).items
  },

  /** The same key gives the same run: a click that is sent twice starts one (I6). */
  start: (body: StartRunBody, idempotencyKey: string) =>
    client.call(
      { method: 'POST', path: '/runs', body, headers: { 'idempotency-key': idempotencyKey } },
      startRunAnswer,
    ),

  /** Counts the runs an action would fall on; the token starts it on just those. */
  previewBulk: (body: { action: BulkAction; filter: BulkFilter; confirm?: boolean }, signal?: AbortSignal) =>
    client.call({ method: 'POST', path: '/runs/bulk/preview', body, signal }, bulkPreview),

  startBulk: (token: string) =>
    client.call({ method: 'POST', path: '/runs/bulk', body: { token } }, bulkOperation),

  readBulk: (id: string, signal?: AbortSignal) =>
    client.call({ method: 'GET', path: `/bulk/${encodeURIComponent(id)}`, signal }, bulkOperation),
})

export type RunsApi = ReturnType<typeof createRunsApi>
