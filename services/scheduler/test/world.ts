import { type Connections, openConnections } from '@millrace/connections'
import { definition } from '@millrace/contracts'
import { type Sql, uuidv7 } from '@millrace/db'
import type { NewRun } from '@millrace/run-store'
import { createTestDatabase, type TestDatabase, testRedisUrl } from '@millrace/testkit'

export type Backend = 'redis' | 'postgres'
export const BACKENDS: readonly Backend[] = ['redis', 'postgres']

/** A database of its own with one published workflow, and connections to it. */
export interface World extends Connections {
  readonly testDatabase: TestDatabase
  readonly sql: Sql
  readonly redisUrl: string | undefined
  readonly workspaceId: string
  readonly workflowId: string
  readonly versionId: string
  readonly errors: unknown[]
  newRun(over?: Partial<NewRun>): NewRun
  end(): Promise<void>
}

export const openWorld = async (backend: Backend): Promise<World> => {
  const testDatabase = await createTestDatabase()
  const redisUrl = backend === 'redis' ? testRedisUrl() : undefined
  const errors: unknown[] = []
  const connections = await openConnections({
    databaseUrl: testDatabase.url,
    redisUrl,
    name: 'test',
    onError: (error) => errors.push(error),
  })
  const { sql } = connections.database
  const ids = await publish(sql)
  return {
    ...connections,
    ...ids,
    testDatabase,
    sql,
    redisUrl,
    errors,
    newRun: (over) => ({
      id: uuidv7(),
      ...ids,
      trigger: 'start',
      input: null,
      priority: 'normal',
      idempotencyKey: null,
      requestHash: null,
      ...over,
    }),
    end: async () => {
      await connections.close()
      await testDatabase.drop()
    },
  }
}

const publish = async (sql: Sql) => {
  const ids = { workspaceId: uuidv7(), workflowId: uuidv7(), versionId: uuidv7() }
  const json = JSON.stringify(
    definition.parse({
      format: 'millrace/v1',
      name: 'nightly',
      nodes: [
        { id: 'start', type: 'trigger.manual' },
        { id: 'tick', type: 'trigger.schedule', params: { cron: '*/5 * * * *', misfire: 'latest' } },
        { id: 'skip', type: 'trigger.schedule', params: { cron: '*/5 * * * *', misfire: 'skip' } },
      ],
      edges: [],
      settings: { priority: 'high' },
    }),
  )
  await sql`INSERT INTO workspaces (id, slug, name) VALUES (${ids.workspaceId}, 'home', 'Home')`
  await sql`
    INSERT INTO workflows (id, workspace_id, name, draft, draft_hash, published_version)
    VALUES (${ids.workflowId}, ${ids.workspaceId}, 'nightly', ${json}::text::jsonb, '', 1)`
  await sql`
    INSERT INTO workflow_versions (id, workspace_id, workflow_id, number, definition, content_hash)
    VALUES (${ids.versionId}, ${ids.workspaceId}, ${ids.workflowId}, 1, ${json}::text::jsonb, '')`
  return ids
}

/** A schedule whose first open tick was `secondsAgo`. */
export const addSchedule = async (
  world: World,
  nodeId: string,
  cron: string,
  secondsAgo: number,
  timezone = 'UTC',
): Promise<void> => {
  await world.sql`
    INSERT INTO schedules (workspace_id, workflow_id, node_id, version_id, cron, timezone, next_at)
    VALUES (${world.workspaceId}, ${world.workflowId}, ${nodeId}, ${world.versionId}, ${cron}, ${timezone},
      date_trunc('second', clock_timestamp()) - ${secondsAgo} * interval '1 s')`
}
