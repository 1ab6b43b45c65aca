import { page, workflow, workflowSummary } from '@millrace/contracts'
import type { Client } from './client.js'

const workflowPage = page(workflowSummary)

/** Workflows, their drafts and versions. */
export const createWorkflowsApi = (client: Client) => ({
  list: (query: { cursor?: string; limit?: number } = {}, signal?: AbortSignal) =>
    client.call({ method: 'GET', path: '/workflows', query, signal }, workflowPage),

  read: (workflowId: string, signal?: AbortSignal) =>
    client.call({ method: 'GET', path: `/workflows/${encodeURIComponent(workflowId)}`, signal }, workflow),
})

export type WorkflowsApi = ReturnType<typeof createWorkflowsApi>
