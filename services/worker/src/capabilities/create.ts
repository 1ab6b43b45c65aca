import type { CredentialData } from '@millrace/contracts'
import { compileExpression } from '@millrace/expressions'
import { createHttpClient } from '@millrace/http-client'
import { createScriptRunner } from '@millrace/sandbox'
import { createSqlRunner } from '@millrace/sql-client'
import type { Capabilities } from './capabilities.js'
import { CircuitBreakers, type CircuitOptions } from './circuit-breakers.js'

export interface CapabilityOptions {
  /** CIDRs of private networks that steps may reach all the same. */
  readonly allowPrivate: readonly string[]
  credential(workspaceId: string, name: string): Promise<CredentialData>
  resumeUrl(runId: string, path: string): string
  readonly circuits?: CircuitOptions
  readonly resolveCall: Capabilities['resolveCall']
  readonly publishEvent: Capabilities['publishEvent']
}

/** Opens a worker's doors to the outside; `close` shuts them. */
export function createCapabilities(options: CapabilityOptions): Capabilities & { close(): Promise<void> } {
  const http = createHttpClient({ allowPrivate: options.allowPrivate })
  const script = createScriptRunner()
  const sql = createSqlRunner({ allowPrivate: options.allowPrivate })
  return {
    http,
    circuits: new CircuitBreakers(options.circuits),
    script,
    sql,
    credential: options.credential,
    resumeUrl: options.resumeUrl,
    resolveCall: options.resolveCall,
    publishEvent: options.publishEvent,
    evaluate: (source, scope, onNote) => compileExpression(source).evaluate(scope, onNote),
    close: async () => {
      await Promise.allSettled([http.close(), script.close(), sql.close()])
    },
  }
}
