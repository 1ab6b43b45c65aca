import { uuidv7 } from '@millrace/db'
import { waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { BulkLoop } from '../src/bulk/bulk-loop.js'
import { openWorld, type World } from './world.js'

let world: World
let bulkId: string
const MEMBERS = 40

beforeEach(async () => {
  world = await openWorld('postgres')
  // Its app has a loop of its own, which is not to be the one that works.
  await world.app.close()
  bulkId = uuidv7()
  await world.sql`
    INSERT INTO bulk_operations (id, workspace_id, action, options, status, total)
    VALUES (${bulkId}, ${world.workspaceId}, 'cancel', '{}', 'running', ${MEMBERS})`
  await world.sql`
    INSERT INTO bulk_members (bulk_id, run_id) SELECT ${bulkId}::uuid, gen_random_uuid() FROM generate_series(1, ${MEMBERS})`
})
afterEach(() => world.end())

const membersLeft = async () => {
  const [row] = await world.sql<[{ left: number; done: number }]>`
    SELECT (SELECT count(*)::int FROM bulk_members WHERE bulk_id = ${bulkId}) AS left, done
    FROM bulk_operations WHERE id = ${bulkId}`
  return row
}

/** Actions that wait until they are let go. */
const gate = () => {
  const waiting: (() => void)[] = []
  let begun = 0
  return {
    act: () => {
      begun++
      return new Promise<void>((resolve) => waiting.push(resolve))
    },
    letGo: () => {
      for (const resolve of waiting.splice(0)) resolve()
    },
    begun: () => begun,
  }
}

it('begins nothing more once the connection that holds its lock is gone', async () => {
  const { act, letGo, begun } = gate()
  const loop = new BulkLoop({ sql: world.sql, act, onError: () => {} })
  const page = loop.runOnce()
  page.catch(() => {})
  await waitFor(() => begun() === 5, { what: 'actions under way' })
  await world.sql`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND state = 'idle in transaction'`
  letGo()
  await expect(page).rejects.toThrow()
  expect(begun()).toBe(5)
  expect(await membersLeft()).toEqual({ left: MEMBERS, done: 0 })
})

it('stops with what is under way, and leaves the rest of the page to whoever comes next', async () => {
  const { act, letGo, begun } = gate()
  const loop = new BulkLoop({ sql: world.sql, act, onError: (error) => world.errors.push(error) })
  loop.start()
  await waitFor(() => begun() === 5, { what: 'actions under way' })
  const stopped = loop.stop()
  letGo()
  await stopped
  expect(begun()).toBe(5)
  expect(await membersLeft()).toEqual({ left: MEMBERS - 5, done: 5 })
})
