import { type DefinitionProblem, type JsonObject, startRunAnswer } from '@millrace/contracts'
import type { Client } from './client.js'
import { createRunApi } from './run.js'
import { createWorkflowsApi } from './workflows.js'

/** What editing a workflow asks of the server. Throws ApiError. */
export const createDraftsApi = (client: Client) => {
  const { read, saveDraft, validate, publish } = createWorkflowsApi(client)
  return {
    read,

    /** DRAFT_CONFLICT where the draft is at another revision by now. */
    save: (workflowId: string, definition: JsonObject, baseRevision: number) =>
      saveDraft(workflowId, { definition, baseRevision }),

    validate: async (definition: JsonObject, signal?: AbortSignal): Promise<readonly DefinitionProblem[]> =>
      (await validate(definition, signal)).problems,

    /** INVALID_DEFINITION with every problem in `problems`. */
    publish: (workflowId: string, message: string) =>
      publish(workflowId, message === '' ? undefined : message),

    start: (workflowId: string, trigger: string) =>
      client.call({ method: 'POST', path: '/runs', body: { workflow: workflowId, trigger } }, startRunAnswer),

    nodeTypes: createRunApi(client).nodeTypes,
  }
}

export type DraftsApi = ReturnType<typeof createDraftsApi>
