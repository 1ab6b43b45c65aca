import {
  type Json,
  type JsonObject,
  page,
  runsUnderWayAnswer,
  validateAnswer,
  version,
  versionWithDefinition,
  workflow,
  workflowListItem,
} from '@millrace/contracts'
import type { Client } from './client.js'

const workflowPage = page(workflowListItem)
const versionPage = page(version)
const at = (workflowId: string) => `/workflows/${encodeURIComponent(workflowId)}`

interface PageQuery {
  readonly cursor?: string | undefined
  readonly limit?: number
}

/** Workflows, their drafts and versions. */
export const createWorkflowsApi = (client: Client) => ({
  /** By name. `search` is part of a name or of a node's type. */
  list: (query: PageQuery & { readonly search?: string | undefined } = {}, signal?: AbortSignal) =>
    client.call({ method: 'GET', path: '/workflows', query: { ...query }, signal }, workflowPage),

  read: (workflowId: string, signal?: AbortSignal) =>
    client.call({ method: 'GET', path: at(workflowId), signal }, workflow),

  /** Throws INVALID_DEFINITION on a bad name, WORKFLOW_NAME_TAKEN. */
  create: (definition: JsonObject) =>
    client.call({ method: 'POST', path: '/workflows', body: { definition } }, workflow),

  /** millrace/v1 or the linear form. A workflow of the same name gets a new draft. Throws UNKNOWN_FORMAT. */
  import: (definition: Json) =>
    client.call({ method: 'POST', path: '/workflows/import', body: { definition } }, workflow),

  /** Throws DRAFT_CONFLICT when the draft has moved on from `baseRevision`. */
  saveDraft: (workflowId: string, body: { definition: JsonObject; baseRevision: number }) =>
    client.call({ method: 'PUT', path: `${at(workflowId)}/draft`, body }, workflow),

  validate: (definition: Json, signal?: AbortSignal) =>
    client.call({ method: 'POST', path: '/validate', body: { definition }, signal }, validateAnswer),

  /** Throws INVALID_DEFINITION with every problem, WEBHOOK_PATH_TAKEN. */
  publish: (workflowId: string, message?: string) =>
    client.call(
      { method: 'POST', path: `${at(workflowId)}/publish`, body: message === undefined ? {} : { message } },
      version,
    ),

  /** Of those that archiving leaves to go on. */
  runsUnderWay: (workflowId: string, signal?: AbortSignal) =>
    client.call({ method: 'GET', path: `${at(workflowId)}/runs-under-way`, signal }, runsUnderWayAnswer),

  /** Its runs stay; no new ones start. */
  archive: async (workflowId: string): Promise<void> => {
    await client.open({ method: 'DELETE', path: at(workflowId) })
  },

  /** Newest first. */
  versions: (workflowId: string, query: PageQuery = {}, signal?: AbortSignal) =>
    client.call(
      { method: 'GET', path: `${at(workflowId)}/versions`, query: { ...query }, signal },
      versionPage,
    ),

  version: (workflowId: string, number: number, signal?: AbortSignal) =>
    client.call(
      { method: 'GET', path: `${at(workflowId)}/versions/${number}`, signal },
      versionWithDefinition,
    ),
})

export type WorkflowsApi = ReturnType<typeof createWorkflowsApi>
