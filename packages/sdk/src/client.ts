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
import { createSession } from './session.js'
import { createTransport } from './transport.js'

export interface ClientOptions {
  /** Where Millrace answers, such as http://localhost:3000. */
  readonly baseUrl: string
  /** An access token; `auth.login` sets one too. */
  readonly token?: string
  /** Renews the access token when it has expired; `auth.login` sets one too. It works once: see `renew`. */
  readonly refreshToken?: string
  /**
   * Called instead of using the refresh token, with the token that was refused: for programs that share a sign-in with
   * others. Gives another access token, or undefined when the sign-in is over.
   */
  readonly renew?: (refused: string | undefined) => Promise<string | undefined>
  readonly fetch?: typeof fetch
}

/**
 * A typed client of the REST API. Every call throws ApiError: what the API refused, with its problem document;
 * UNAVAILABLE when nothing answered; NOT_MILLRACE when an answer does not match its contract. An access token that has
 * expired is renewed, and the call is made again.
 */
export const createClient = (options: ClientOptions) => {
  const { baseUrl, fetch: ask = fetch } = options
  const plain = createTransport({ baseUrl, fetch: ask, token: () => undefined })
  const session = createSession(options, () => plain)
  const transport = createTransport({ baseUrl, fetch: ask, token: session.token, renew: session.renew })
  return {
    auth: {
      ...createAuth(plain, session.set),
      me: createAuth(transport, session.set).me,
    },
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
