import type { ResumeTokens } from '@millrace/auth'
import type { PlaceOffer } from '@millrace/connections'
import type { CredentialData } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import type { EventFeed } from '@millrace/feed'
import type { JobQueue } from '@millrace/queue'
import type { RunIntake, RunOwnership, RunReads } from '@millrace/run-store'
import type { Metrics } from '@millrace/telemetry'
import type { FastifyBaseLogger } from 'fastify'

/** What the runner needs from its process, which opens and closes all of it. */
export interface RunnerDeps {
  /** A pool of at least 4 connections. */
  readonly sql: Sql
  readonly store: RunIntake & RunReads & Pick<RunOwnership, 'submit'>
  readonly queue: Pick<JobQueue, 'enqueue'>
  readonly feed: Pick<EventFeed, 'publish' | 'subscribe' | 'onReconnect'>
  /** Of this process, if it has one. */
  readonly nearWorker: PlaceOffer
  /** A credential of a workspace by name. Throws CREDENTIAL_NOT_FOUND, CREDENTIAL_UNREADABLE. */
  readonly useCredential: (workspaceId: string, name: string) => Promise<CredentialData>
  readonly resumeTokens: Pick<ResumeTokens, 'verify'>
  /** The public URL whose call ends the wait of the step at the path. */
  readonly resumeUrl: (runId: string, path: string) => string
  readonly log: Pick<FastifyBaseLogger, 'warn' | 'error'>
  readonly metrics?: Pick<Metrics, 'runsAccepted' | 'watchSseConnections'>
  /** In [0, 1). */
  readonly random: () => number
}
