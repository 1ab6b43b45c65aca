import { afterEach, describe, expect, it } from 'vitest'
import { Timers } from '../src/timers/timers.js'
import { BACKENDS, openWorld, type World } from './world.js'

let world: World

afterEach(async () => {
  await world.end()
})

const addTimer = async (target: World, seconds: number): Promise<string> => {
  const run = target.newRun()
  await target.store.accept(run)
  await target.sql`UPDATE runs SET status = 'waiting' WHERE id = ${run.id}`
  await target.sql`
    INSERT INTO timers (run_id, path, kind, workspace_id, attempt, due_at)
    VALUES (${run.id}, 'wait', 'delay', ${target.workspaceId}, 1, clock_timestamp() + ${seconds} * interval '1 s')`
  return run.id
}

describe.each(BACKENDS)('timers on %s', (backend) => {
  it('turns each due timer into one message and one doorbell, however many look (D5)', async () => {
    world = await openWorld(backend)
    const due = await Promise.all(Array.from({ length: 40 }, () => addTimer(world, -1)))
    await addTimer(world, 3_600)
    const timers = () => new Timers({ sql: world.sql, store: world.store, queue: world.queue })
    await Promise.all([timers().runOnce(), timers().runOnce(), timers().runOnce()])
    expect(await world.queue.depth()).toBe(40)
    const inbox = await world.store.readInbox(due)
    expect(due.map((id) => inbox.get(id)?.map((item) => item.kind))).toEqual(due.map(() => ['timer']))
  })

  it('says when the next one is due', async () => {
    world = await openWorld(backend)
    const timers = new Timers({ sql: world.sql, store: world.store, queue: world.queue })
    expect(await timers.runOnce()).toBeUndefined()
    await addTimer(world, 10)
    const pause = await timers.runOnce()
    expect(pause).toBeGreaterThan(5_000)
    expect(pause).toBeLessThanOrEqual(10_000)
  })
})
