import type { Json } from '@millrace/contracts'
import { openDatabase, type Sql } from '@millrace/db'
import { createTestDatabase, waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ended, openWorld, type World } from './world.js'

let world: World
let shop: { readonly url: string; readonly sql: Sql; close(): Promise<void> }

/** The database of a workspace's credential, apart from Millrace's own. */
const openShop = async () => {
  const database = await createTestDatabase()
  const { sql, close } = openDatabase(database.url, { max: 1 })
  await sql`CREATE TABLE orders (n int, tags text[])`
  return {
    url: database.url,
    sql,
    close: async () => {
      await close()
      await database.drop()
    },
  }
}

beforeEach(async () => {
  world = await openWorld()
  shop = await openShop()
})
// The shop is closed last: no worker may have left a connection to it.
afterEach(async () => {
  await world.end()
  await shop.close()
})

const credential = async () => ({ type: 'postgres', data: { url: shop.url } }) as const
const query = (id: string, text: string, params: readonly Json[] = [], more: object = {}) => ({
  id,
  type: 'postgres.query',
  params: { credential: 'shop', query: text, params: [...params] },
  ...more,
})
const one = (node: ReturnType<typeof query>) =>
  world.publish({ nodes: [node], edges: [{ from: 'start', to: node.id }] })
const codes = async (runId: string) =>
  (await world.events(runId)).flatMap((event) => ('error' in event && event.error ? [event.error.code] : []))

describe('a step that queries', () => {
  it('sends nothing once its run is cancelled, however far it had come (D9)', async () => {
    let letIn = () => {}
    const held = new Promise<void>((resolve) => {
      letIn = resolve
    })
    let asked = 0
    await world.worker({
      credential: async () => {
        asked++
        await held
        return credential()
      },
    })
    const runId = await world.start(await one(query('add', 'insert into orders (n) values (1)')))
    await waitFor(() => asked > 0, { what: 'the step to ask for its credential' })
    await world.store.postToInbox(runId, world.workspaceId, { kind: 'cancel' })
    await world.queue.enqueue([{ runId }])
    expect(await ended(world, runId)).toBe('cancelled')
    letIn()
    // Whatever was still to be sent would have been sent before the step of a later run.
    const later = await world.start(await one(query('look', 'select n from orders')))
    expect(await ended(world, later)).toBe('completed')
    expect(await shop.sql`SELECT n FROM orders`).toEqual([])
  })

  it('and says that it only reads writes nothing, and is not tried again', async () => {
    await world.worker({ credential })
    const node = query('add', 'with a as (insert into orders (n) values (1)) select 1', [], {
      retry: { maxAttempts: 3, delayMs: 10 },
    })
    Object.assign(node.params, { readOnly: true })
    const runId = await world.start(await one(node))
    expect(await ended(world, runId)).toBe('failed')
    expect(await codes(runId)).toEqual(['QUERY_WRITES', 'QUERY_WRITES'])
    expect(await shop.sql`SELECT n FROM orders`).toEqual([])
  })

  it('is stopped on the server when its run is cancelled', async () => {
    await world.worker({ credential })
    const runId = await world.start(await one(query('wait', 'select pg_sleep(600)')))
    const running = async () =>
      (
        await shop.sql`SELECT 1 FROM pg_stat_activity WHERE query = 'select pg_sleep(600)' AND state = 'active'
        AND datname = current_database()`
      ).length
    await waitFor(async () => (await running()) === 1, { what: 'the statement to run' })
    await world.store.postToInbox(runId, world.workspaceId, { kind: 'cancel' })
    await world.queue.enqueue([{ runId }])
    expect(await ended(world, runId)).toBe('cancelled')
    await waitFor(async () => (await running()) === 0, { what: 'the statement to stop' })
  })

  it('takes one item, none and several for an array', async () => {
    await world.worker({ credential })
    const version = await one(
      query('add', 'insert into orders (tags) values ($1)', ['{{ trigger.items.sku }}']),
    )
    for (const items of [[], [{ sku: 'x' }], [{ sku: 'x' }, { sku: 'y,z' }]])
      expect(await ended(world, await world.start(version, { items }))).toBe('completed')
    const rows = await shop.sql<
      { tags: string[] }[]
    >`SELECT tags FROM orders ORDER BY array_length(tags, 1) NULLS FIRST`
    expect(rows.map(({ tags }) => tags)).toEqual([[], ['x'], ['x', 'y,z']])
  })

  it('opens no circuit by what is wrong with its data', async () => {
    await world.worker({ credential, circuits: { failures: 2, openMs: 600_000 } })
    const bad = await one(
      query('day', 'select $1::date', ['not a date'], { retry: { maxAttempts: 5, delayMs: 1 } }),
    )
    for (let n = 0; n < 3; n++) {
      const runId = await world.start(bad)
      expect(await ended(world, runId)).toBe('failed')
      expect(new Set(await codes(runId))).toEqual(new Set(['QUERY_FAILED']))
    }
    expect(await ended(world, await world.start(await one(query('good', 'select 1'))))).toBe('completed')
  })

  it('counts a database that is away for its own credential alone', async () => {
    await world.worker({
      circuits: { failures: 1, openMs: 600_000 },
      // The same host and port, but this credential asks for TLS, which is not offered there.
      credential: async (_, name) => {
        const { type, data } = await credential()
        return name === 'shop' ? { type, data } : { type, data: { url: `${data.url}?sslmode=require` } }
      },
    })
    const node = query('away', 'select 1')
    const away = { ...node, params: { ...node.params, credential: 'away' } }
    const failed = await world.start(await one(away))
    expect(await ended(world, failed)).toBe('failed')
    expect(await codes(failed)).toContain('DATABASE_UNREACHABLE')
    expect(await ended(world, await world.start(await one(query('good', 'select 1'))))).toBe('completed')
  })
})
