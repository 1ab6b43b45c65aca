import { type Client, createClient } from './client.js'
import { type CredentialsApi, createCredentialsApi } from './credentials.js'
import { createRunsApi, type RunsApi } from './runs.js'
import { Session } from './session.js'
import { connectSharedStreams } from './shared-streams/client.js'
import { createWorkflowsApi, type WorkflowsApi } from './workflows.js'

/** Everything the app asks of the server. One for the life of the page. */
export interface Api {
  readonly session: Session
  /** For what has no method of its own, and for streams. */
  readonly client: Client
  readonly workflows: WorkflowsApi
  readonly runs: RunsApi
  readonly credentials: CredentialsApi
}

export const createApi = (): Api => {
  const session = new Session({
    fetch: (input, init) => fetch(input, init),
    now: () => performance.now(),
  })
  const client = createClient(session, (input, init) => fetch(input, init), connectSharedStreams())
  return {
    session,
    client,
    workflows: createWorkflowsApi(client),
    runs: createRunsApi(client),
    credentials: createCredentialsApi(client),
  }
}
