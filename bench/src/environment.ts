import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type Connections, openConnections } from '@millrace/connections'
import { type DefinitionInput, definition } from '@millrace/contracts'
import { migrate, type Sql, uuidv7 } from '@millrace/db'
import { startPostgres, startRedis } from '@millrace/local-services'
import { createTempFolder, removeLeftovers } from '@millrace/testkit/processes'
import postgres from 'postgres'

export type Backend = 'postgres' | 'redis'

/** A place to measure in: a real durable Postgres, and Redis where the backend asks for it. */
export interface Environment {
  readonly backend: Backend
  readonly databaseUrl: string
  readonly redisUrl: string | undefined
  readonly connections: Connections
  readonly workspaceId: string
  /** For child processes of ours. */
  readonly env: Record<string, string>
  close(): Promise<void>
}

export interface Machine {
  environment(backend: Backend): Promise<Environment>
  stop(): Promise<void>
}

/** Starts both servers in a folder of their own, as durable as in production. */
export async function startMachine(): Promise<Machine> {
  await removeLeftovers()
  const { path: folder, remove } = createTempFolder('millrace-bench-')
  const database = await startPostgres({ dataDir: join(folder, 'postgres') })
  const redis = await startRedis({ dir: join(folder, 'redis') })
  let databases = 0
  return {
    async environment(backend) {
      const name = `bench_${++databases}`
      const admin = postgres(database.url, { max: 1, onnotice: () => {} })
      await admin.unsafe(`CREATE DATABASE ${name}`)
      await admin.end()
      const databaseUrl = database.url.replace(/\/[^/]*$/, `/${name}`)
      await migrate(databaseUrl)
      const redisUrl = backend === 'redis' ? `${redis.url}/${databases}` : undefined
      const connections = await openConnections({
        databaseUrl,
        redisUrl,
        name: 'bench',
        onError: console.error,
      })
      const workspaceId = uuidv7()
      await connections.database.sql`
        INSERT INTO workspaces (id, slug, name) VALUES (${workspaceId}, 'default', 'Bench')`
      return {
        backend,
        databaseUrl,
        redisUrl,
        connections,
        workspaceId,
        env: {
          DATABASE_URL: databaseUrl,
          ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
          MILLRACE_DIR: folder,
          JWT_SECRET: SECRET,
          MASTER_KEY: KEY,
          HTTP_ALLOW_PRIVATE: '127.0.0.0/8',
          LOG_LEVEL: 'warn',
          PORT: '0',
        },
        close: () => connections.close(),
      }
    },
    async stop() {
      await redis.stop()
      await database.stop()
      remove()
    },
  }
}

const SECRET = randomBytes(48).toString('base64')
const KEY = randomBytes(32).toString('base64')

export interface Published {
  readonly workflowId: string
  readonly versionId: string
  readonly trigger: string
}

/** Puts a workflow and its first version straight into the tables, with its webhook. */
export async function publish(sql: Sql, workspaceId: string, input: DefinitionInput): Promise<Published> {
  const parsed = definition.parse(input)
  const text = JSON.stringify(parsed)
  const [workflowId, versionId] = [uuidv7(), uuidv7()]
  await sql`INSERT INTO workflows (id, workspace_id, name, draft, draft_hash, published_version)
    VALUES (${workflowId}, ${workspaceId}, ${parsed.name}, ${text}::text::jsonb, '', 1)`
  await sql`INSERT INTO workflow_versions (id, workspace_id, workflow_id, number, definition, content_hash)
    VALUES (${versionId}, ${workspaceId}, ${workflowId}, 1, ${text}::text::jsonb, '')`
  await sql`INSERT INTO webhooks (workspace_id, path, method, workflow_id, version_id, node_id)
    VALUES (${workspaceId}, ${parsed.name}, 'POST', ${workflowId}, ${versionId}, 'hook')`
  return { workflowId, versionId, trigger: 'hook' }
}
