import { type DefinitionProblem, type JsonObject, startRunAnswer } from '@millrace/contracts'
import type { Client } from './client.js'
import { createRunApi } from './run.js'
import { createWorkflowsApi } from './workflows.js'

/** What editing a workflow asks of the server. Throws ApiError. */
export const createDraftsApi = (client: Client) => {
  const { read, create, archive, saveDraft, validate, publish } = createWorkflowsApi(client)
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

    /**
     * A new workflow with its first version: both or none. Throws INVALID_DEFINITION with every problem in `problems`,
     * WORKFLOW_NAME_TAKEN.
     */
    createPublished: async (definition: JsonObject): Promise<void> => {
      const { id } = await create(definition)
      try {
        await publish(id)
      } catch (error) {
        await archive(id)
        throw error
      }
    },

    start: (workflowId: string, trigger: string) =>
      client.call({ method: 'POST', path: '/runs', body: { workflow: workflowId, trigger } }, startRunAnswer),

    nodeTypes: createRunApi(client).nodeTypes,
  }
}

export type DraftsApi = ReturnType<typeof createDraftsApi>
