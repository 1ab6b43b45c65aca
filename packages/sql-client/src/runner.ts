import { createAddressGuard, type Resolve, systemResolve } from '@millrace/address-guard'
import type { Json } from '@millrace/contracts'
import type { SqlResult } from './connection/result.js'
import type { Door } from './connection/socket.js'
import { explain } from './explain.js'
import { Pool } from './pool/pool.js'

/** Whose connections a statement uses: they are shared by the workflows of a workspace, and by nobody else. */
export interface SqlUser {
  readonly workspaceId: string
  readonly credential: string
  readonly workflowId: string
}

export interface SqlQuery {
  /** `postgres://…`, of the credential. */
  readonly url: string
  readonly user: SqlUser
  /** One, with $1, $2 … */
  readonly statement: string
  readonly params: readonly Json[]
  /** The statement may only read: the database refuses what writes. Default false. */
  readonly readOnly?: boolean
  /** Cancels the statement, on the server too. */
  readonly signal: AbortSignal
  /** The last check before the statement runs: nothing has been sent that could have an effect. */
  readonly permit?: () => Promise<void>
}

/** Runs statements against databases of a workspace's credentials: the only way out of Millrace over SQL. */
export interface SqlRunner {
  /**
   * Each statement is a transaction of its own, and leaves nothing behind in its session. It may take as long as its
   * signal lets it. Throws QUERY_FAILED, QUERY_WRITES, DATABASE_UNREACHABLE, HTTP_BLOCKED, INVALID_PARAMS, OUTPUT_TOO_LARGE.
   */
  query(query: SqlQuery): Promise<SqlResult>
  /** Cuts what is under way. */
  close(): Promise<void>
}

export interface SqlRunnerOptions {
  /** CIDRs that may be called although they are private. */
  readonly allowPrivate: readonly string[]
  /** Default: the operating system's. */
  readonly resolve?: Resolve
}

/** Connections of all pools together; beyond it, idle ones are closed. Those in use are as many as steps run. */
const MAX_CONNECTIONS = 200

export function createSqlRunner({ allowPrivate, resolve = systemResolve }: SqlRunnerOptions): SqlRunner {
  const door: Door = { guard: createAddressGuard(allowPrivate), resolve }
  /** The one used last stands last. */
  const pools = new Map<string, Pool>()

  const poolOf = ({ url, user }: SqlQuery): Pool => {
    const key = JSON.stringify([user.workspaceId, user.credential, url])
    const pool: Pool =
      pools.get(key) ??
      new Pool(url, door, () => {
        if (pools.get(key) === pool) pools.delete(key)
      })
    pools.delete(key)
    pools.set(key, pool)
    return pool
  }

  return {
    async query(query) {
      try {
        const { statement: text, params: values, readOnly = false, permit, signal } = query
        const pool = poolOf(query)
        makeRoom(pools)
        return await pool.run(query.user.workflowId, { text, values, readOnly, permit, signal })
      } catch (error) {
        throw explain(error, query.readOnly)
      }
    },
    async close() {
      for (const pool of pools.values()) pool.close()
      pools.clear()
    },
  }
}

function makeRoom(pools: ReadonlyMap<string, Pool>): void {
  let open = 0
  for (const pool of pools.values()) open += pool.open
  for (const pool of pools.values()) {
    for (; open >= MAX_CONNECTIONS && pool.idle > 0; open--) pool.closeOldest()
  }
}
