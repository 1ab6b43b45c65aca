import {
  type DeployBody,
  deployAnswer,
  type Json,
  validateAnswer,
  version,
  versionWithDefinition,
  webhookAddress,
  workflow,
  workflowSummary,
} from '@millrace/contracts'
import type { Transport } from '../transport.js'
import { list } from './page.js'

const at = (idOrName: string) => `/workflows/${encodeURIComponent(idOrName)}`

/** Workflows are named by id or name everywhere. */
export const createWorkflows = (transport: Transport) => ({
  list: (query: { readonly cursor?: string; readonly limit?: number } = {}) =>
    list(transport, '/workflows', workflowSummary, { ...query }),

  get: (idOrName: string) => transport.call({ method: 'GET', path: at(idOrName) }, workflow),

  create: (definition: Record<string, Json>) =>
    transport.call({ method: 'POST', path: '/workflows', body: { definition } }, workflow),

  /** Throws DRAFT_CONFLICT when the draft is no longer at `baseRevision`. */
  saveDraft: (idOrName: string, definition: Record<string, Json>, baseRevision: number) =>
    transport.call(
      { method: 'PUT', path: `${at(idOrName)}/draft`, body: { definition, baseRevision } },
      workflow,
    ),

  /** Makes the draft the next version. Throws INVALID_DEFINITION with `problems` in its problem document. */
  publish: (idOrName: string, message?: string) =>
    transport.call(
      { method: 'POST', path: `${at(idOrName)}/publish`, body: message === undefined ? {} : { message } },
      version,
    ),

  /**
   * Checks a definition of either form, saves it as the draft of the workflow that it names, and publishes it: all of
   * that or nothing. Throws INVALID_DEFINITION, WEBHOOK_PATH_TAKEN, DRAFT_CONFLICT when the draft holds changes that
   * nobody published, unless it is at `baseRevision` or `force` is set.
   */
  deploy: (definition: Json, options: Omit<DeployBody, 'definition'> = {}) =>
    transport.call(
      { method: 'POST', path: '/workflows/deploy', body: { definition, ...options } },
      deployAnswer,
    ),

  /** Where published webhooks are called, of the whole workspace. */
  webhooks: async () => (await list(transport, '/webhooks', webhookAddress)).items,

  versions: (idOrName: string) => list(transport, `${at(idOrName)}/versions`, version),

  version: (idOrName: string, number: number) =>
    transport.call({ method: 'GET', path: `${at(idOrName)}/versions/${number}` }, versionWithDefinition),

  validate: (definition: Json) =>
    transport.call({ method: 'POST', path: '/validate', body: { definition } }, validateAnswer),

  /** Takes `millrace/v1` and the linear form. */
  import: (definition: Json, options: { readonly publish?: boolean } = {}) =>
    transport.call({ method: 'POST', path: '/workflows/import', body: { definition, ...options } }, workflow),

  async remove(idOrName: string): Promise<void> {
    await transport.open({ method: 'DELETE', path: at(idOrName) })
  },
})
