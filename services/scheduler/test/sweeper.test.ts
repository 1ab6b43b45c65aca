import { Redis } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'
import { Sweeper } from '../src/sweeper/sweeper.js'
import { BACKENDS, openWorld, type World } from './world.js'

let world: World

afterEach(async () => {
  await world.end()
})

const sweeperOf = (target: World, swept: [number, string][] = []) =>
  new Sweeper({
    sql: target.sql,
    store: target.store,
    queue: target.queue,
    onSwept: (count, reason) => swept.push([count, reason]),
    paceMs: 1,
  })

const acceptRuns = async (target: World, count: number): Promise<void> => {
  await Promise.all(Array.from({ length: count }, () => target.store.accept(target.newRun())))
}

const makeOverdue = (target: World) =>
  target.sql`UPDATE runs SET sweep_at = clock_timestamp() - interval '1 s'`

describe.each(BACKENDS)('sweeper on %s', (backend) => {
  it('rings for runs whose doorbell was lost, once while the queue holds it (I1, D10)', async () => {
    world = await openWorld(backend)
    await world.queue.markGeneration()
    await acceptRuns(world, 20)
    const sweeper = sweeperOf(world)
    await sweeper.runOnce()
    expect(await world.queue.depth()).toBe(0) // an accept rings itself; too early to doubt it
    await makeOverdue(world)
    await sweeper.runOnce()
    expect(await world.queue.depth()).toBe(20)
    await makeOverdue(world)
    await sweeper.runOnce()
    expect(await world.queue.depth()).toBe(20)
  })

  it('looks less often at each ring', async () => {
    world = await openWorld(backend)
    await world.queue.markGeneration()
    await acceptRuns(world, 1)
    const pauses: number[] = []
    for (let ring = 0; ring < 3; ring += 1) {
      await makeOverdue(world)
      await world.sql`UPDATE runs SET job_id = 'gone' WHERE job_id IS NOT NULL`
      await sweeperOf(world).runOnce()
      const [row] = await world.sql<[{ s: number }]>`
        SELECT extract(epoch FROM sweep_at - enqueued_at)::int AS s FROM runs`
      pauses.push(row.s)
    }
    const [first = 0, second, third] = pauses
    expect([second, third]).toEqual([2 * first, 4 * first])
  })

  it('rings for every run without an owner when the queue has lost its data', async () => {
    world = await openWorld(backend)
    await acceptRuns(world, 1_200)
    const swept: [number, string][] = []
    await sweeperOf(world, swept).runOnce()
    expect(swept).toEqual([[1_200, 'generation']])
    expect(await world.queue.depth()).toBe(1_200)
    expect(await world.queue.generation()).toBe('present')
    await sweeperOf(world, swept).runOnce()
    expect(swept).toHaveLength(1)
  })

  it('leaves the mark unset when the pass fails, so that the next one does it all', async () => {
    world = await openWorld(backend)
    await acceptRuns(world, 3)
    const broken = new Sweeper({
      sql: world.sql,
      store: world.store,
      queue: {
        enqueue: () => Promise.reject(new Error('the queue went away')),
        holding: (ids) => world.queue.holding(ids),
        generation: () => world.queue.generation(),
        markGeneration: () => world.queue.markGeneration(),
      },
      onSwept: () => undefined,
    })
    await expect(broken.runOnce()).rejects.toThrow('went away')
    expect(await world.queue.generation()).toBe('absent')
  })

  it('takes turns: two sweepers at once ring once', async () => {
    world = await openWorld(backend)
    await acceptRuns(world, 50)
    await Promise.all([sweeperOf(world).runOnce(), sweeperOf(world).runOnce()])
    expect(await world.queue.depth()).toBe(50)
  })
})

it('brings back every doorbell after Redis has been emptied (I1)', async () => {
  world = await openWorld('redis')
  await sweeperOf(world).runOnce()
  await acceptRuns(world, 100)
  await makeOverdue(world)
  await sweeperOf(world).runOnce()
  const redis = new Redis(world.redisUrl ?? '')
  // This test's own logical database: the server is shared.
  await redis.flushdb()
  redis.disconnect()
  expect(await world.queue.depth()).toBe(0)
  await sweeperOf(world).runOnce()
  expect(await world.queue.depth()).toBe(100)
})
