import { afterEach, beforeEach, expect, it } from 'vitest'
import { ended, openWorld, untilBlocked, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await openWorld()
  world.scheduler()
})
afterEach(() => world.end())

const call = (id: string, method = 'POST') => ({
  id,
  type: 'http.request',
  params: { method, url: `${world.upstream.url}/${id}` },
})

/**
 *   start ──▶ pay ──▶ look ──▶ after
 *
 * The first worker is stopped while `pay` is outside, for longer than its lease; a second one takes over and ends
 * the run; then the first goes on where it stood.
 */
it('lets a worker that slept beyond its lease write and send nothing more (I3, D9)', async () => {
  const version = await world.publish({ nodes: [call('pay'), call('look', 'GET'), call('after')] })
  world.upstream.hold('/pay')
  const sleeper = await world.worker({ LEASE_MS: '1000' })
  const runId = await world.start(version)
  const first = await world.upstream.nth('/pay', 1)
  sleeper.kill('SIGSTOP')
  const second = await world.worker()
  const again = await world.upstream.nth('/pay', 2)
  again.answer({ by: 'second' })
  expect(await ended(world, runId)).toBe('completed')
  const events = await world.events(runId)
  second.kill('SIGTERM')
  await second.exited

  first.answer({ by: 'first' })
  // Its renewal waits, so that the answer it slept through finds the lease lapsed.
  const release = await holdWorkers(world)
  sleeper.kill('SIGCONT')
  await untilBlocked(world.sql, 'UPDATE workers')
  await release()
  // It is back once it has taken another run to its end; the answer it slept through was there before.
  const other = await world.start(await world.publish({ nodes: [call('other')] }))
  expect(await ended(world, other)).toBe('completed')
  expect(await world.events(runId)).toEqual(events)
  expect(await world.run(runId)).toMatchObject({ status: 'completed', epoch: 2 })
  expect(world.upstream.to('/look')).toHaveLength(1)
  expect(world.upstream.to('/after')).toHaveLength(1)
})

it('lets a worker whose lease lapsed go on when nobody has taken its run (D9)', async () => {
  const version = await world.publish({ nodes: [call('pay'), call('after')] })
  await world.scheduler().stop()
  world.upstream.hold('/pay')
  const sleeper = await world.worker({ LEASE_MS: '1000' })
  const runId = await world.start(version)
  const first = await world.upstream.nth('/pay', 1)
  sleeper.kill('SIGSTOP')
  const lapsed = async () => {
    const [row] = await world.sql<{ lapsed: boolean }[]>`
      SELECT lease_until < clock_timestamp() AS lapsed FROM workers WHERE id = (SELECT worker_id FROM runs WHERE id = ${runId})`
    return row?.lapsed
  }
  await expect.poll(lapsed, { timeout: 10_000 }).toBe(true)
  first.answer()
  sleeper.kill('SIGCONT')
  expect(await ended(world, runId)).toBe('completed')
  expect(await world.run(runId)).toMatchObject({ epoch: 1 })
  expect(world.upstream.to('/pay')).toHaveLength(1)
  expect(world.upstream.to('/after')).toHaveLength(1)
})

const holdWorkers = async ({ sql }: World): Promise<() => Promise<void>> => {
  const connection = await sql.reserve()
  await connection`BEGIN`
  await connection`SELECT 1 FROM workers FOR UPDATE`
  return async () => {
    await connection`COMMIT`
    connection.release()
  }
}
