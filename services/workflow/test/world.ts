import { randomBytes } from 'node:crypto'
import { API_TOKENS, createTokenService, hashPassword } from '@millrace/auth'
import { loadConfig } from '@millrace/config'
import type { JsonObject, Role } from '@millrace/contracts'
import { openDatabase, type Sql, uuidv7 } from '@millrace/db'
import { createLogger } from '@millrace/telemetry'
import { createTestDatabase } from '@millrace/testkit'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import { afterAll, beforeAll } from 'vitest'
import { buildWorkflowApp } from '../src/index.js'

export const PASSWORD = 'correct horse battery staple'

export interface Workspace {
  readonly id: string
  readonly userId: string
  readonly email: string
}

/** The service on a database of its own, with two workspaces. Requests are made by role and workspace. */
export interface World {
  readonly app: FastifyInstance
  readonly sql: Sql
  readonly home: Workspace
  readonly away: Workspace
  /** As an admin of `home` unless told otherwise; `null` is nobody. */
  call(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    as?: { readonly role?: Role; readonly workspace?: Workspace } | null,
  ): Promise<LightMyRequestResponse>
}

/** `env`: of the process, beside what every test needs. */
export const useWorld = (env: Readonly<Record<string, string>> = {}): (() => World) => {
  let world: World & { close(): Promise<void> }
  beforeAll(async () => {
    world = await openWorld(env)
  })
  afterAll(() => world.close())
  return () => world
}

const openWorld = async (
  env: Readonly<Record<string, string>>,
): Promise<World & { close(): Promise<void> }> => {
  const created = await createTestDatabase()
  const database = openDatabase(created.url)
  const { sql } = database
  const config = loadConfig({
    DATABASE_URL: created.url,
    JWT_SECRET: randomBytes(48).toString('base64'),
    MASTER_KEY: randomBytes(32).toString('base64'),
    PUBLIC_URL: 'https://millrace.example',
    ...env,
  })
  const tokens = createTokenService({
    ...API_TOKENS,
    secret: Buffer.from(config.secrets.jwtSecret),
    now: Date.now,
  })
  const app = await buildWorkflowApp(config, database, createLogger('workflow', 'silent'))
  await app.ready()
  const [home, away] = [await addWorkspace(sql, 'home'), await addWorkspace(sql, 'away')]
  const authorization = async (role: Role, { id, userId, email }: Workspace) =>
    `Bearer ${(await tokens.sign({ userId, workspaceId: id, role, email })).accessToken}`
  return {
    app,
    sql,
    home,
    away,
    call: async (method, path, body, as = {}) => {
      const options: InjectOptions = { method, url: `/api/v1${path}`, headers: {} }
      if (body !== undefined) {
        options.payload = typeof body === 'string' ? body : JSON.stringify(body)
        options.headers = { 'content-type': 'application/json' }
      }
      if (as !== null)
        options.headers = {
          ...options.headers,
          authorization: await authorization(as.role ?? 'admin', as.workspace ?? home),
        }
      return app.inject(options)
    },
    close: async () => {
      await app.close()
      await database.close()
      await created.drop()
    },
  }
}

const addWorkspace = async (sql: Sql, slug: string): Promise<Workspace> => {
  const workspace = { id: uuidv7(), userId: uuidv7(), email: `${slug}@example.com` }
  await sql`INSERT INTO workspaces (id, slug, name) VALUES (${workspace.id}, ${slug}, ${slug})`
  await sql`INSERT INTO users (id, email, password_hash)
    VALUES (${workspace.userId}, ${workspace.email}, ${await hashPassword(PASSWORD)})`
  await sql`INSERT INTO memberships VALUES (${workspace.id}, ${workspace.userId}, 'admin')`
  return workspace
}

let flows = 0
export const newName = (): string => `flow-${++flows}`

/** manual → log; `change` replaces members. */
export const simpleFlow = (name: string, change: JsonObject = {}): JsonObject => ({
  format: 'millrace/v1',
  name,
  nodes: [
    { id: 'start', type: 'trigger.manual' },
    { id: 'say', type: 'log.message', params: { message: 'hello' } },
  ],
  edges: [{ from: 'start', to: 'say' }],
  ...change,
})

/** webhook → log */
export const webhookFlow = (name: string, path: string, params: JsonObject = {}): JsonObject =>
  simpleFlow(name, {
    nodes: [
      { id: 'start', type: 'trigger.webhook', params: { path, ...params } },
      { id: 'say', type: 'log.message', params: { message: 'hello' } },
    ],
  })

/** schedule → log */
export const scheduleFlow = (name: string, cron: string, timezone = 'UTC'): JsonObject =>
  simpleFlow(name, {
    nodes: [
      { id: 'start', type: 'trigger.schedule', params: { cron, timezone } },
      { id: 'say', type: 'log.message', params: { message: 'hello' } },
    ],
  })
