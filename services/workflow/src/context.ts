import type { CredentialStore, SignIn } from '@millrace/auth'
import type { Sql } from '@millrace/db'

/** What the workflow service needs from its process, which opens and closes all of it. */
export interface WorkflowDeps {
  readonly sql: Sql
  readonly signIn: SignIn
  readonly credentials: Pick<CredentialStore, 'create' | 'list' | 'open' | 'remove'>
  /** CIDRs of private networks that a test of a credential may reach all the same. */
  readonly allowPrivate: readonly string[]
  /** How browsers reach this server: its origin may use the cookie, which is `Secure` when this is https. */
  readonly publicUrl: string
}
