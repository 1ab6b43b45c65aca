import { waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ended, openWorld, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.end())

const DAY = 24 * 3_600_000
/** Sets the wall clock of a process off by this many milliseconds, and leaves its monotonic clock alone. */
const offBy = (ms: number) => {
  const module = `
    const Real = Date, now = Date.now
    globalThis.Date = class extends Real {
      constructor(...parts) { super(...(parts.length === 0 ? [now() + ${ms}] : parts)) }
      static now() { return now() + ${ms} }
    }`
  const url = `data:text/javascript;base64,${Buffer.from(module).toString('base64')}`
  return { NODE_OPTIONS: `--import=${url}` }
}
const databaseNow = () => world.store.databaseNow()

/**
 *   start ──▶ nap ──▶ after        `nap` is parked by a worker a day behind, and woken in one a day ahead
 */
it('is the database’s, however wrong the clocks of the workers are (D8)', async () => {
  const nodes = [
    { id: 'nap', type: 'flow.delay', params: { duration: '3s' } },
    { id: 'after', type: 'transform.json', params: { expression: '1' } },
  ]
  const before = await databaseNow()
  const behind = await world.worker(offBy(-DAY))
  const runId = await world.start(await world.publish({ nodes }))
  await waitFor(async () => (await world.run(runId)).status === 'waiting', { what: 'the park' })
  const [timer] = await world.sql<[{ due: number }]>`
    SELECT (extract(epoch FROM due_at) * 1000)::float8 AS due FROM timers WHERE run_id = ${runId}`
  expect(timer.due).toBeGreaterThanOrEqual(before + 3_000)
  expect(timer.due).toBeLessThanOrEqual((await databaseNow()) + 3_000)
  behind.kill('SIGKILL')
  await behind.exited
  await world.worker(offBy(DAY))
  world.scheduler()
  expect(await ended(world, runId)).toBe('completed')
  const after = await databaseNow()
  const times = (await world.events(runId)).map((event) => event.at)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  expect(Math.min(...times)).toBeGreaterThanOrEqual(before)
  expect(Math.max(...times)).toBeLessThanOrEqual(after)
  const resumed = (await world.events(runId)).find((event) => event.type === 'run_resumed')
  expect(resumed?.at).toBeGreaterThanOrEqual(Math.floor(timer.due))
})
