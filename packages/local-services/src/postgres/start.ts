import { readFileSync, writeFileSync } from 'node:fs'
import postgres from 'postgres'
import { postgresAccount } from './account.js'
import { findBinaries } from './binaries.js'
import { ensureCluster, SUPERUSER } from './cluster.js'
import { type Guard, guard } from './guard.js'
import { joinOrLaunch } from './launch.js'
import { findPlace, type Place } from './place.js'
import { isRunning, type Postmaster, stopPostmaster } from './postmaster.js'
import { joinUsers } from './users.js'

export interface PostgresOptions {
  /** Made if missing. One server a folder, however many processes ask for it. */
  readonly dataDir: string
  /** Default: the port of last time if it is free, else any free one. */
  readonly port?: number
  /** false gives up durability for speed: for tests only. Default true. */
  readonly durable?: boolean
  /** false leaves a server that dies dead: for tests that kill it. Default true: it is started again. */
  readonly guarded?: boolean
  /** Lines for people: what is going on. */
  readonly onLog?: (line: string) => void
}

export interface RunningPostgres {
  /** Of the database `millrace`, password included. Also kept in `<dataDir>/url`, mode 0600. */
  readonly url: string
  readonly port: number
  /** Of the postmaster, which is another one after a restart. */
  readonly pid: number
  /** Stops the server within 15 s, unless others use it still. Calling it again does nothing. */
  stop(): Promise<void>
}

const DATABASE = 'millrace'
const SHUTDOWN_GRACE_MS = 10_000

/**
 * A real Postgres on 127.0.0.1 for this data folder: makes the cluster at the first call, and joins the server
 * that runs already, if one does. It runs in a session of its own and survives a killed caller; the next call
 * finds it again.
 * @throws Error with the end of the server's log when it does not start.
 */
export const startPostgres = async (options: PostgresOptions): Promise<RunningPostgres> => {
  const account = postgresAccount()
  const place = await findPlace(options.dataDir, await findBinaries(), account)
  const leave = joinUsers(place.users)
  try {
    if (await ensureCluster(place, account)) options.onLog?.(`Created a database cluster in ${place.cluster}`)
    const start = (port: number | undefined): Promise<Postmaster> =>
      joinOrLaunch(place, { preferredPort: port, durable: options.durable ?? true, account })
    const server = await start(options.port ?? lastPort(place))
    const url = `postgres://${SUPERUSER}:${readFileSync(place.password, 'utf8')}@127.0.0.1:${server.port}/${DATABASE}`
    writeFileSync(place.url, url, { mode: 0o600 })
    await ensureDatabase(url)
    options.onLog?.(`Postgres is ready on port ${server.port}`)
    const guarded = guard(server, {
      isUp: async ({ pid }) => options.guarded === false || isRunning(place.data, pid),
      startAgain: ({ port }) => start(port),
      onLog: options.onLog ?? (() => {}),
    })
    return handleOf(place, url, guarded, leave)
  } catch (error) {
    leave()
    throw error
  }
}

const lastPort = (place: Place): number | undefined => {
  try {
    return Number(new URL(readFileSync(place.url, 'utf8')).port)
  } catch {
    return undefined
  }
}

const ensureDatabase = async (url: string): Promise<void> => {
  const admin = new URL(url)
  admin.pathname = '/postgres'
  const sql = postgres(admin.href, { max: 1, onnotice: () => {} })
  try {
    const found = await sql`SELECT 1 FROM pg_database WHERE datname = ${DATABASE}`
    if (found.length === 0) await createDatabase(sql)
  } finally {
    await sql.end()
  }
}

const DUPLICATE_DATABASE = '42P04'
const UNIQUE_VIOLATION = '23505'

/** Two processes may both find it missing; Postgres answers the slower one with either code. */
const createDatabase = async (sql: postgres.Sql): Promise<void> => {
  try {
    await sql`CREATE DATABASE ${sql(DATABASE)}`
  } catch (error) {
    const code = error instanceof postgres.PostgresError ? error.code : undefined
    if (code !== DUPLICATE_DATABASE && code !== UNIQUE_VIOLATION) throw error
  }
}

const handleOf = (
  place: Place,
  url: string,
  guarded: Guard,
  leave: () => { othersLeft: boolean },
): RunningPostgres => {
  let stopping: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    const { pid } = await guarded.release()
    if (!leave().othersLeft) await stopPostmaster(place.data, pid, SHUTDOWN_GRACE_MS)
  }
  return {
    url,
    port: guarded.current.port,
    get pid() {
      return guarded.current.pid
    },
    stop: () => {
      stopping ??= stop()
      return stopping
    },
  }
}
