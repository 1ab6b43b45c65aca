import { afterEach, expect, it } from 'vitest'
import { Ticks } from '../src/ticks/ticks.js'
import { addSchedule, openWorld, type World } from './world.js'

let world: World

afterEach(async () => {
  await world.end()
})

const ticksOf = (target: World, rung: string[] = [], onAccepted = () => {}) =>
  new Ticks({
    sql: target.sql,
    accept: target.store.accept,
    ring: (runId) => rung.push(runId),
    onAccepted,
    onError: (error) => target.errors.push(error),
  })

const runs = (target: World) =>
  target.sql<
    { trigger: string; idempotency_key: string; input: { scheduledAt: string }; priority: number }[]
  >`
    SELECT trigger, idempotency_key, input, priority FROM runs ORDER BY idempotency_key`

it('starts one run a tick, however many schedulers look at once (I6)', async () => {
  world = await openWorld('postgres')
  for (let i = 0; i < 150; i += 1) await addSchedule(world, `tick${i}`, '*/5 * * * *', 3_600)
  const rung: string[] = []
  let accepted = 0
  const schedulers = [1, 2, 3].map(() => ticksOf(world, rung, () => accepted++))
  await Promise.all(schedulers.map((ticks) => ticks.runOnce()))
  await Promise.all(schedulers.map((ticks) => ticks.runOnce()))
  const started = await runs(world)
  expect(started).toHaveLength(150)
  expect(new Set(started.map((run) => run.trigger)).size).toBe(150)
  expect(rung).toHaveLength(150)
  expect(accepted).toBe(150)
  const [{ open }] = await world.sql<[{ open: number }]>`
    SELECT count(*)::int AS open FROM schedules WHERE next_at <= clock_timestamp()`
  expect(open).toBe(0)
})

it('names the tick by its instant, and takes input and priority from it and the workflow', async () => {
  world = await openWorld('postgres')
  await addSchedule(world, 'tick', '*/5 * * * *', 3_600)
  await ticksOf(world).runOnce()
  const [run] = await runs(world)
  expect(run?.idempotency_key).toBe(`tick:${world.workflowId}:tick:${run?.input.scheduledAt}`)
  expect(run?.input.scheduledAt).toMatch(/:[0-5][05]:00\.000Z$/)
  expect(run?.priority).toBe(1)
})

it('finds its run again when a scheduler died between accepting and moving on', async () => {
  world = await openWorld('postgres')
  await addSchedule(world, 'tick', '0 0 1 1 *', 60)
  const [before] = await world.sql<[{ next_at: string }]>`SELECT next_at FROM schedules`
  await ticksOf(world).runOnce()
  await world.sql`UPDATE schedules SET next_at = ${before.next_at}`
  const rung: string[] = []
  await ticksOf(world, rung).runOnce()
  expect(await runs(world)).toHaveLength(1)
  expect(rung).toHaveLength(0)
})

it('lets a schedule skip what it missed', async () => {
  world = await openWorld('postgres')
  await addSchedule(world, 'skip', '0 0 1 1 *', 3_600)
  await ticksOf(world).runOnce()
  expect(await runs(world)).toHaveLength(0)
})

it('goes round a schedule that cannot be worked out', async () => {
  world = await openWorld('postgres')
  await addSchedule(world, 'broken', 'not a cron', 120)
  await addSchedule(world, 'tick', '*/5 * * * *', 60)
  await ticksOf(world).runOnce()
  expect((await runs(world)).map((run) => run.trigger)).toEqual(['tick'])
  expect(world.errors).toHaveLength(1)
})

it('is not stopped by one whose run cannot be accepted, which stays due', async () => {
  world = await openWorld('postgres')
  for (const name of ['one', 'bad', 'two']) await addSchedule(world, name, '*/5 * * * *', 60)
  const accept = world.store.accept
  const ticks = (refused: string) =>
    new Ticks({
      sql: world.sql,
      accept: (run) => (run.trigger === refused ? Promise.reject(new Error('away')) : accept(run)),
      ring: () => undefined,
      onAccepted: () => undefined,
      onError: (error) => world.errors.push(error),
    })
  await expect(ticks('bad').runOnce()).rejects.toThrow('1 ticks could not start a run')
  expect((await runs(world)).map((run) => run.trigger).sort()).toEqual(['one', 'two'])
  await ticks('nobody').runOnce()
  expect((await runs(world)).map((run) => run.trigger).sort()).toEqual(['bad', 'one', 'two'])
})

it('holds no transaction open while runs are accepted, and lets nobody else at their ticks', async () => {
  world = await openWorld('postgres')
  await addSchedule(world, 'tick', '*/5 * * * *', 60)
  const other = ticksOf(world)
  let open: number | undefined
  await new Ticks({
    sql: world.sql,
    accept: async (run) => {
      const [row] = await world.sql<[{ open: number }]>`
        SELECT count(*)::int AS open FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
          AND backend_type = 'client backend'`
      open = row.open
      expect(await other.runOnce()).toBeGreaterThan(3_000)
      return await world.store.accept(run)
    },
    ring: () => undefined,
    onAccepted: () => undefined,
    onError: (error) => world.errors.push(error),
  }).runOnce()
  expect(open).toBe(0)
  expect(await runs(world)).toHaveLength(1)
})

it('fires what is due though more ticks than it takes at once are refused for ever', async () => {
  world = await openWorld('postgres')
  for (let i = 0; i < 120; i += 1) await addSchedule(world, `bad${i}`, '*/5 * * * *', 3_600)
  await addSchedule(world, 'good', '*/5 * * * *', 60)
  const ticks = new Ticks({
    sql: world.sql,
    accept: (run) =>
      run.trigger.startsWith('bad') ? Promise.reject(new Error('refused')) : world.store.accept(run),
    ring: () => undefined,
    onAccepted: () => undefined,
    onError: (error) => world.errors.push(error),
  })
  await expect(ticks.runOnce()).rejects.toThrow('100 ticks could not start a run')
  await expect(ticks.runOnce()).rejects.toThrow('ticks could not start a run')
  expect((await runs(world)).map((run) => run.trigger)).toEqual(['good'])
})

it('leaves a schedule as it is that was published with other times while its tick was accepted', async () => {
  world = await openWorld('postgres')
  await addSchedule(world, 'tick', '*/5 * * * *', 60)
  await new Ticks({
    sql: world.sql,
    accept: async (run) => {
      await world.sql`UPDATE schedules SET cron = '0 0 1 1 *', next_at = '2999-01-01T00:00:00Z'`
      return await world.store.accept(run)
    },
    ring: () => undefined,
    onAccepted: () => undefined,
    onError: (error) => world.errors.push(error),
  }).runOnce()
  const [row] = await world.sql<[{ year: number }]>`
    SELECT extract(year FROM next_at)::int AS year FROM schedules`
  expect(row.year).toBe(2_999)
})

it('says when the next tick is due', async () => {
  world = await openWorld('postgres')
  await addSchedule(world, 'tick', '*/5 * * * *', -10)
  const pause = await ticksOf(world).runOnce()
  expect(pause).toBeGreaterThan(5_000)
  expect(pause).toBeLessThanOrEqual(11_000)
})
