import type { CredentialData, Json } from '@millrace/contracts'
import type { OnNote } from '@millrace/expressions'
import type { HttpClient } from '@millrace/http-client'
import type { ScriptRunner } from '@millrace/sandbox'
import type { SqlRunner } from '@millrace/sql-client'
import type { callResolver } from '../calls/resolve-call.js'
import type { eventPublisher } from '../events/publish-event.js'
import type { CircuitBreakers } from './circuit-breakers.js'

/** The doors to the outside that a worker opens once and lends to its steps. */
export interface Capabilities {
  readonly http: HttpClient
  /** Every call of a step to an upstream goes through these. */
  readonly circuits: CircuitBreakers
  readonly script: ScriptRunner
  readonly sql: SqlRunner
  /** Throws CREDENTIAL_NOT_FOUND or CREDENTIAL_UNREADABLE. */
  credential(workspaceId: string, name: string): Promise<CredentialData>
  /** What to call to resume the step at `path`. */
  resumeUrl(runId: string, path: string): string
  /** See {@link callResolver}. */
  resolveCall: ReturnType<typeof callResolver>
  /** See {@link eventPublisher}. */
  publishEvent: ReturnType<typeof eventPublisher>
  evaluate(source: string, scope: Record<string, unknown>, onNote: OnNote): Promise<Json | undefined>
}
