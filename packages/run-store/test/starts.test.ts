import type { ClaimedRun } from '@millrace/run-store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { acceptAndClaim, createWorld, newRun, type Worker, type World } from './world.js'

let world: World
let worker: Worker
let other: Worker
beforeAll(async () => {
  world = await createWorld()
  worker = await world.worker()
  other = await world.worker()
})
afterAll(() => world.close())

let keys = 0
/** One that no other test has, so that each begins with nothing. */
const newKey = () => `key-${++keys}`
const HOUR = 3_600_000
/** Lets so much time go by for the starts of a key. */
const pass = async (key: string, ms: number) => {
  const by = world.sql`${ms} * interval '1 ms'`
  await world.sql`
    UPDATE held_starts h SET due_at = h.due_at - ${by} FROM
      (SELECT run_id, key FROM rated_starts UNION ALL SELECT run_id, key FROM debounced_starts) s
    WHERE s.run_id = h.run_id AND s.key = ${key}`
  await world.sql`UPDATE rated_starts SET starts_at = starts_at - ${by} WHERE key = ${key}`
  await world.sql`
    UPDATE debounced_starts SET due_at = due_at - ${by}, window_at = window_at - ${by} WHERE key = ${key}`
}
const standing = async ({ id }: Pick<ClaimedRun, 'id'>) => {
  const [row] = await world.sql`
    SELECT status, worker_id IS NOT NULL AS owned, sweep_at = 'infinity' AS never FROM runs WHERE id = ${id}`
  return row
}
const HELD = { status: 'pending', owned: false, never: true }

describe('a limited rate', () => {
  const rate = (run: ClaimedRun, key: string, whenFull: 'delay' | 'reject' = 'delay') =>
    worker.store.rateStart(run, { key, runs: 2, perMs: HOUR, whenFull })
  const kinds = async (runs: readonly ClaimedRun[], key: string) => {
    const answers = []
    for (const run of runs) answers.push((await rate(run, key)).kind)
    return answers
  }
  const claim = (count: number) =>
    Promise.all(Array.from({ length: count }, () => acceptAndClaim(world, worker)))

  it('lets begin what fits, and gives the rest back until it does', async () => {
    const key = newKey()
    const runs = await claim(5)
    expect(await kinds(runs, key)).toEqual(['due', 'due', 'held', 'held', 'held'])
    expect(await standing(runs[4]!)).toEqual(HELD)
    expect(await worker.store.dueStarts(10)).toEqual([])
    await pass(key, HOUR)
    const due = await worker.store.dueStarts(10)
    expect(new Set(due)).toEqual(new Set([runs[2]!.id, runs[3]!.id]))
    // From here on they are the sweeper's (I1).
    expect(await standing(runs[2]!)).toEqual({ ...HELD, never: false })
    expect(await worker.store.dueStarts(10)).toEqual([])
    const again = await worker.store.claim(due[0] ?? '')
    expect(again && (await rate(again, key))).toEqual({ kind: 'due' })
  })

  it('lets no window of its length hold more, however many ask at once', async () => {
    const key = newKey()
    const runs = await claim(20)
    await Promise.all(runs.map((run) => rate(run, key)))
    const [most] = await world.sql<[{ count: number }]>`
      SELECT max(c.count)::int AS count FROM rated_starts a, LATERAL (
        SELECT count(*) FROM rated_starts b
        WHERE b.key = a.key AND b.starts_at >= a.starts_at AND b.starts_at < a.starts_at + interval '1 hour') c
      WHERE a.key = ${key}`
    expect(most.count).toBe(2)
  })

  it('counts each key by itself', async () => {
    const runs = await claim(2)
    expect(await kinds(runs, newKey())).toEqual(['due', 'due'])
    expect(await kinds(await claim(2), newKey())).toEqual(['due', 'due'])
  })

  it('tells the same when asked again, and nothing to a former owner (I3)', async () => {
    const key = newKey()
    const runs = await claim(3)
    expect(await kinds(runs, key)).toEqual(['due', 'due', 'held'])
    expect((await rate(runs[0]!, key)).kind).toBe('due')
    const early = await other.store.claim(runs[2]!.id)
    expect(await rate(runs[2]!, key)).toEqual({ kind: 'fenced' })
    expect(early && (await rate(early, key)).kind).toBe('held')
    const rows = await world.sql`SELECT 1 FROM rated_starts WHERE key = ${key}`
    expect(rows).toHaveLength(3)
  })

  it('refuses instead, and takes nothing for it', async () => {
    const key = newKey()
    const [first, second, third] = await claim(3)
    expect(await kinds([first!, second!], key)).toEqual(['due', 'due'])
    expect(await rate(third!, key, 'reject')).toEqual({ kind: 'rejected' })
    const rows = await world.sql`SELECT 1 FROM rated_starts WHERE key = ${key}`
    expect(rows).toHaveLength(2)
  })

  it('keeps a start for a run to come, which it may give up again', async () => {
    const key = newKey()
    const request = { key, runs: 1, perMs: HOUR }
    const run = newRun(world)
    expect(await worker.store.reserveStart(run, request)).toBe(0)
    const wait = await worker.store.reserveStart(newRun(world), request)
    expect(wait).toBeGreaterThan(HOUR / 2)
    await worker.store.accept(run)
    await worker.store.dropReservation(run.id)
    const claimed = await worker.store.claim(run.id)
    expect(claimed && (await rate(claimed, key)).kind).toBe('due')
    await world.sql`DELETE FROM runs WHERE id = ${run.id}`
    await worker.store.dropReservation(run.id)
    expect(await worker.store.reserveStart(newRun(world), request)).toBe(0)
  })
})

describe('debounced starts', () => {
  const debounce = (run: ClaimedRun, key: string, maxWaitMs?: number) =>
    worker.store.debounceStart(run, { key, waitMs: HOUR, maxWaitMs })
  const claimInOrder = async (count: number) => {
    const runs = []
    for (let each = 0; each < count; each++) runs.push(await acceptAndClaim(world, worker))
    return runs
  }

  it('collapse into the one accepted last, in whatever order they are claimed', async () => {
    const key = newKey()
    const [first, second, third] = await claimInOrder(3)
    expect(await debounce(second!, key)).toEqual({ kind: 'held', collapsed: null })
    expect(await debounce(first!, key)).toEqual({ kind: 'superseded', by: second!.id })
    expect(await debounce(third!, key)).toEqual({ kind: 'held', collapsed: second!.id })
    expect(await standing(third!)).toEqual(HELD)
    const again = await worker.store.claim(second!.id)
    expect(again && (await debounce(again, key))).toEqual({ kind: 'superseded', by: third!.id })
    await pass(key, HOUR)
    expect(await worker.store.dueStarts(10)).toEqual([third!.id])
    const due = await worker.store.claim(third!.id)
    expect(due && (await debounce(due, key))).toEqual({ kind: 'due', collapsed: null })
    // Its time has come: the next one begins another wait.
    const [next] = await claimInOrder(1)
    expect(await debounce(next!, key)).toEqual({ kind: 'held', collapsed: null })
  })

  it('wait from the last one on, and from the first no longer than the longest wait', async () => {
    const key = newKey()
    const [first, second, third] = await claimInOrder(3)
    const dueIn = async () => {
      const [row] = await world.sql<[{ hours: number }]>`
        SELECT (extract(epoch FROM due_at - window_at) / 3600)::float8 AS hours FROM debounced_starts
        WHERE key = ${key} AND superseded_by IS NULL`
      return row.hours
    }
    await debounce(first!, key, 1.5 * HOUR)
    expect(await dueIn()).toBeCloseTo(1, 1)
    await pass(key, 0.25 * HOUR)
    await debounce(second!, key, 1.5 * HOUR)
    expect(await dueIn()).toBeCloseTo(1.25, 1)
    await pass(key, 0.5 * HOUR)
    await debounce(third!, key, 1.5 * HOUR)
    expect(await dueIn()).toBeCloseTo(1.5, 5)
  })

  it('are not lost to one that was cancelled meanwhile', async () => {
    const key = newKey()
    const [first, second] = await claimInOrder(2)
    await debounce(second!, key)
    await world.sql`UPDATE runs SET status = 'cancelled' WHERE id = ${second!.id}`
    expect(await debounce(first!, key)).toEqual({ kind: 'held', collapsed: null })
  })

  it('leave one run, however many ask at once', async () => {
    const key = newKey()
    const runs = await claimInOrder(20)
    await Promise.all(runs.map((run) => debounce(run, key)))
    const left = await world.sql<{ run_id: string }[]>`
      SELECT run_id FROM debounced_starts WHERE key = ${key} AND superseded_by IS NULL`
    expect(left.map((row) => row.run_id)).toEqual([runs.at(-1)!.id])
  })

  it('tell nothing to a former owner (I3)', async () => {
    const key = newKey()
    const [run] = await claimInOrder(1)
    await debounce(run!, key)
    await other.store.claim(run!.id)
    expect(await debounce(run!, key)).toEqual({ kind: 'fenced' })
  })
})

it('starts that limit nobody any more are forgotten', async () => {
  const run = await acceptAndClaim(world, worker)
  await world.sql`TRUNCATE rated_starts, debounced_starts`
  await worker.store.debounceStart(run, { key: 'old', waitMs: 1, maxWaitMs: undefined })
  await world.sql`UPDATE debounced_starts SET due_at = clock_timestamp() - interval '1 hour'`
  await worker.store.reserveStart(newRun(world), { key: 'old', runs: 1, perMs: HOUR })
  await worker.store.cleanStarts()
  expect(await world.sql`SELECT 1 FROM rated_starts`).toHaveLength(1)
  expect(await world.sql`SELECT 1 FROM debounced_starts`).toHaveLength(1)
  await world.sql`UPDATE runs SET status = 'completed' WHERE id = ${run.id}`
  await world.sql`UPDATE rated_starts SET expires_at = clock_timestamp()`
  await worker.store.cleanStarts()
  expect(await world.sql`SELECT 1 FROM rated_starts UNION ALL SELECT 1 FROM debounced_starts`).toEqual([])
})
