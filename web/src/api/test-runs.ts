import {
  page,
  type RunSummary,
  run,
  runSummary,
  type StartTestRunBody,
  startRunAnswer,
  step,
} from '@millrace/contracts'
import { z } from 'zod'
import type { Client } from './client.js'

const runPage = page(runSummary)
const stepList = z.object({ items: z.array(step) })

/** Trying drafts: runs of snapshots, and the data that earlier runs left. */
export const createTestRunsApi = (client: Client) => ({
  /** The same key gives the same run (I6). Throws INVALID_DEFINITION, NO_SAMPLE, NO_SUCH_TRIGGER, DRAFT_CONFLICT. */
  start: async (body: StartTestRunBody, key: string): Promise<RunSummary> => {
    const call = { method: 'POST', path: '/runs/test', body, headers: { 'idempotency-key': key } } as const
    return (await client.call(call, startRunAnswer)).run
  },

  /** The latest runs of a workflow, test runs among them, newest first. */
  latest: async (workflowId: string, limit: number, signal?: AbortSignal) => {
    const query = { workflow: workflowId, tests: 'include', limit }
    return (await client.call({ method: 'GET', path: '/runs', query, signal }, runPage)).items
  },

  read: (runId: string, signal?: AbortSignal) =>
    client.call({ method: 'GET', path: `/runs/${runId}`, signal }, run),

  steps: async (runId: string, signal?: AbortSignal) =>
    (await client.call({ method: 'GET', path: `/runs/${runId}/steps`, signal }, stepList)).items,
})

export type TestRunsApi = ReturnType<typeof createTestRunsApi>
