import { randomBytes } from 'node:crypto'
import {
  type Actor,
  API_TOKENS,
  createCredentialStore,
  createResumeTokens,
  createTokenService,
  createVaultOfKey,
  type ResumeTokens,
  resumeUrls,
} from '@millrace/auth'
import { type Connections, openConnections } from '@millrace/connections'
import { type DefinitionInput, definition, type Role } from '@millrace/contracts'
import { type Sql, uuidv7 } from '@millrace/db'
import { createApp } from '@millrace/http-api'
import { webhookRoutes } from '@millrace/nodes'
import type { JobQueue } from '@millrace/queue'
import { createMetrics, type Metrics } from '@millrace/telemetry'
import { createTestDatabase, testRedisUrl } from '@millrace/testkit'
import type { FastifyInstance } from 'fastify'
import { runnerPlugin } from '../src/index.js'

export type Backend = 'redis' | 'postgres'
export const BACKENDS: readonly Backend[] = ['redis', 'postgres']

/** A runner API on a database of its own, with one workspace, `home`, and a second, `away`. */
export interface World extends Connections {
  readonly app: FastifyInstance
  readonly sql: Sql
  readonly workspaceId: string
  readonly awayId: string
  readonly errors: unknown[]
  readonly resumeTokens: ResumeTokens
  readonly metrics: Metrics
  /** An `Authorization` header. */
  token(role?: Role, workspaceId?: string): Promise<string>
  /** Publishes a workflow in `home`, or its next version. */
  publish(input: Omit<DefinitionInput, 'format'>): Promise<{ workflowId: string; versionId: string }>
  addSecret(name: string, secret: string): Promise<void>
  end(): Promise<void>
}

export const openWorld = async (backend: Backend, queue?: JobQueue): Promise<World> => {
  const testDatabase = await createTestDatabase()
  const errors: unknown[] = []
  const connections = await openConnections({
    databaseUrl: testDatabase.url,
    redisUrl: backend === 'redis' ? testRedisUrl() : undefined,
    name: 'test',
    onError: (error) => errors.push(error),
  })
  const { sql } = connections.database
  const [workspaceId, awayId] = [await addWorkspace(sql, 'home'), await addWorkspace(sql, 'away')]
  const tokens = createTokenService({
    secret: randomBytes(32),
    ...API_TOKENS,
    now: Date.now,
  })
  const vault = createVaultOfKey(randomBytes(32))
  const credentials = createCredentialStore(sql, vault)
  const resumeTokens = createResumeTokens(randomBytes(32))
  const record = (details: unknown, message?: string) => errors.push([message, details])
  const metrics = createMetrics()
  const app = createApp({ name: 'runner', authenticate: tokens.authenticate })
  await app.register(
    runnerPlugin({
      ...connections,
      ...(queue === undefined ? {} : { queue }),
      sql,
      useCredential: credentials.use,
      resumeTokens,
      resumeUrl: resumeUrls(resumeTokens, 'https://millrace.example'),
      log: { warn: record, error: record },
      random: () => 0.5,
      metrics,
    }),
  )
  await app.ready()
  const userId = uuidv7()
  await sql`INSERT INTO users (id, email, password_hash) VALUES (${userId}, 'a@example.org', '')`
  return {
    ...connections,
    app,
    sql,
    workspaceId,
    awayId,
    errors,
    resumeTokens,
    metrics,
    token: async (role = 'operator', ws = workspaceId) => {
      const actor: Actor = { userId, workspaceId: ws, role, email: 'a@example.org' }
      return `Bearer ${(await tokens.sign(actor)).accessToken}`
    },
    publish: (input) => publish(sql, workspaceId, input),
    addSecret: async (name, secret) => {
      await credentials.create({ workspaceId, userId }, name, { type: 'secret', data: { secret } })
    },
    end: async () => {
      await app.close()
      await connections.close()
      await testDatabase.drop()
    },
  }
}

const addWorkspace = async (sql: Sql, slug: string): Promise<string> => {
  const id = uuidv7()
  await sql`INSERT INTO workspaces (id, slug, name) VALUES (${id}, ${slug}, ${slug})`
  return id
}

const publish = async (sql: Sql, workspaceId: string, input: Omit<DefinitionInput, 'format'>) => {
  const parsed = definition.parse({ format: 'millrace/v1', ...input })
  const json = JSON.stringify(parsed)
  const versionId = uuidv7()
  const [workflow] = await sql<[{ id: string; published_version: number }]>`
    INSERT INTO workflows (id, workspace_id, name, draft, draft_hash, published_version)
    VALUES (${uuidv7()}, ${workspaceId}, ${parsed.name}, ${json}::text::jsonb, '', 1)
    ON CONFLICT (workspace_id, name) WHERE archived_at IS NULL
    DO UPDATE SET published_version = workflows.published_version + 1
    RETURNING id, published_version`
  await sql`
    INSERT INTO workflow_versions (id, workspace_id, workflow_id, number, definition, content_hash)
    VALUES (${versionId}, ${workspaceId}, ${workflow.id}, ${workflow.published_version}, ${json}::text::jsonb, '')`
  for (const route of webhookRoutes(parsed)) {
    await sql`
      INSERT INTO webhooks (workspace_id, path, method, workflow_id, version_id, node_id)
      VALUES (${workspaceId}, ${route.path}, ${route.method}, ${workflow.id}, ${versionId}, ${route.nodeId})
      ON CONFLICT (workspace_id, path, method) DO UPDATE SET version_id = excluded.version_id`
  }
  return { workflowId: workflow.id, versionId }
}

/** `start → work` */
export const simpleWorkflow = (name: string): Omit<DefinitionInput, 'format'> => ({
  name,
  nodes: [
    { id: 'start', type: 'trigger.manual' },
    { id: 'work', type: 'log.message', params: { message: 'hello' } },
  ],
  edges: [{ from: 'start', to: 'work' }],
})
