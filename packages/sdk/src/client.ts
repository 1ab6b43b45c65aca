import { nodeTypeDescriptor } from '@millrace/contracts'
import { createApprovals } from './resources/approvals.js'
import { createAuth } from './resources/auth.js'
import { createBulk } from './resources/bulk.js'
import { createCredentials } from './resources/credentials.js'
import { createDeadLetters } from './resources/dead-letters.js'
import { createEvents } from './resources/events.js'
import { list } from './resources/page.js'
import { createRuns } from './resources/runs.js'
import { createTasks } from './resources/tasks.js'
import { createWorkflows } from './resources/workflows.js'
import { createTransport } from './transport.js'

export interface ClientOptions {
  /** Where Millrace answers, such as http://localhost:3000. */
  readonly baseUrl: string
  /** An access token; `auth.login` sets one too. */
  readonly token?: string
  readonly fetch?: typeof fetch
}

/**
 * A typed client of the REST API. Every call throws ApiError: what the API refused, with its problem document;
 * UNAVAILABLE when nothing answered; INTERNAL when an answer does not match its contract.
 */
export const createClient = (options: ClientOptions) => {
  let token = options.token
  const transport = createTransport({
    baseUrl: options.baseUrl,
    fetch: options.fetch ?? fetch,
    token: () => token,
  })
  return {
    auth: createAuth(transport, (accessToken) => {
      token = accessToken
    }),
    workflows: createWorkflows(transport),
    credentials: createCredentials(transport),
    runs: createRuns(transport),
    bulk: createBulk(transport),
    deadLetters: createDeadLetters(transport),
    approvals: createApprovals(transport),
    events: createEvents(transport),
    tasks: createTasks(transport),
    /** Every node type, in the order of the palette. */
    nodeTypes: async () => (await list(transport, '/node-types', nodeTypeDescriptor)).items,
  }
}
export type Client = ReturnType<typeof createClient>
