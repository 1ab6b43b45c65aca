import { type Json, MillraceError } from '@millrace/contracts'
import postgres from 'postgres'

export interface SqlResult {
  readonly rows: Json[]
  readonly rowCount: number
}

/** Runs statements against databases of a workspace's credentials: the only way out of Millrace over SQL. */
export interface SqlRunner {
  /** Throws QUERY_FAILED, DATABASE_UNREACHABLE, HTTP_BLOCKED. The signal cancels the statement. */
  query(url: string, statement: string, params: readonly Json[], signal: AbortSignal): Promise<SqlResult>
  close(): Promise<void>
}

/** Pools kept open; the least recently used one is closed. */
const MAX_POOLS = 20
const CONNECTIONS_PER_DATABASE = 10

/** `resolveAllowed` gives the checked address of a host, or throws HTTP_BLOCKED. */
export function createSqlRunner(resolveAllowed: (host: string) => Promise<string>): SqlRunner {
  const pools = new Map<string, Promise<postgres.Sql>>()

  const pool = (url: string): Promise<postgres.Sql> => {
    const known = pools.get(url)
    if (known !== undefined) {
      pools.delete(url)
      pools.set(url, known)
      return known
    }
    const opened = open(url, resolveAllowed)
    opened.catch(() => pools.delete(url))
    pools.set(url, opened)
    const oldest = pools.size > MAX_POOLS ? pools.entries().next().value : undefined
    if (oldest !== undefined) {
      pools.delete(oldest[0])
      oldest[1].then((sql) => sql.end({ timeout: 5 })).catch(() => {})
    }
    return opened
  }

  return {
    async query(url, statement, params, signal) {
      const sql = await pool(url)
      const query = sql.unsafe(statement, params as postgres.ParameterOrJSON<never>[], { prepare: true })
      const cancel = () => query.cancel()
      signal.addEventListener('abort', cancel, { once: true })
      try {
        const rows = await query
        return { rows: JSON.parse(JSON.stringify([...rows])), rowCount: rows.count ?? rows.length }
      } catch (cause) {
        throw explain(cause)
      } finally {
        signal.removeEventListener('abort', cancel)
      }
    },
    async close() {
      await Promise.allSettled([...pools.values()].map(async (opened) => (await opened).end({ timeout: 5 })))
    },
  }
}

async function open(url: string, resolveAllowed: (host: string) => Promise<string>): Promise<postgres.Sql> {
  let parsed: URL
  try {
    parsed = new URL(url)
  } catch (cause) {
    throw new MillraceError('DATABASE_UNREACHABLE', 'the credential holds no valid postgres:// URL', {
      cause,
      details: { retryable: false },
    })
  }
  const address = await resolveAllowed(parsed.hostname)
  return postgres(url, {
    // Connect to the address that was checked: a second look-up could answer otherwise.
    host: address,
    max: CONNECTIONS_PER_DATABASE,
    idle_timeout: 30,
    connect_timeout: 10,
    onnotice: () => {},
  })
}

function explain(cause: unknown): MillraceError {
  if (cause instanceof postgres.PostgresError) {
    // Serialisation failures, deadlocks and shutdowns pass; everything else is the statement's own fault.
    const retryable = /^(40|57P|53)/.test(cause.code)
    return new MillraceError('QUERY_FAILED', cause.message, {
      cause,
      details: { sqlstate: cause.code, retryable },
    })
  }
  const message = cause instanceof Error ? cause.message : String(cause)
  return new MillraceError('DATABASE_UNREACHABLE', message, { cause })
}
