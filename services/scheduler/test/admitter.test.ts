import type { Priority } from '@millrace/contracts'
import { uuidv7 } from '@millrace/db'
import { waitFor } from '@millrace/testkit'
import { afterEach, describe, expect, it } from 'vitest'
import { Admitter } from '../src/admitter/admitter.js'
import { BACKENDS, openWorld, type World } from './world.js'

let world: World
afterEach(() => world.end())

const admitter = (onFailureRuns: (count: number) => void = () => {}) =>
  new Admitter({ sql: world.sql, store: world.store, queue: world.queue, onFailureRuns, now: Date.now })
/** Accepts runs that nobody rings for. */
const backlog = async (count: number, over: { workspaceId?: string; priority?: Priority } = {}) => {
  const runs = Array.from({ length: count }, () => world.newRun({ ...over, backlog: true }))
  await Promise.all(runs.map((run) => world.store.accept(run)))
  return runs.map((run) => run.id)
}
/** Takes jobs one by one, as a claim would take their runs, until `last` has come. */
const takeUntil = async (last: string): Promise<string[]> => {
  const taken: string[] = []
  const claim = (runId: string) => world.sql`UPDATE runs SET status = 'completed' WHERE id = ${runId}`
  const consumer = await world.queue.consume(
    async (runId) => {
      taken.push(runId)
      await claim(runId)
    },
    { concurrency: 1 },
  )
  await waitFor(() => taken.includes(last), { what: 'the last job', timeoutMs: 30_000 })
  await consumer.close()
  return taken
}

describe.each(BACKENDS)('the admitter on %s (D19)', (backend) => {
  it('keeps at most 1,000 jobs of a workspace in the queue, and admits the next as they are claimed', async () => {
    world = await openWorld(backend)
    const ids = await backlog(1_500)
    expect(await world.store.findStrandedRuns(10)).toEqual([])
    await admitter().runOnce()
    expect(await world.queue.depth()).toBe(1_000)
    await admitter().runOnce()
    expect(await world.queue.depth()).toBe(1_000)
    await world.sql`UPDATE runs SET status = 'completed' WHERE id = ANY (${ids.slice(0, 300)}::uuid[])`
    await admitter().runOnce()
    expect(await world.queue.depth()).toBe(1_300)
    const [row] = await world.sql`SELECT count(*)::int AS waiting FROM runs WHERE backlog`
    expect(row).toEqual({ waiting: 200 })
  })

  it('tells of runs that the failure of another has started, each once', async () => {
    world = await openWorld(backend)
    const [started = ''] = await backlog(3)
    await world.sql`UPDATE runs SET idempotency_key = 'failure:' || id WHERE id = ${started}`
    const told: number[] = []
    await admitter((count) => told.push(count)).runOnce()
    // Given back by a worker, it comes a second time.
    await world.sql`UPDATE runs SET backlog = true, epoch = 1, sweep_at = 'infinity' WHERE id = ${started}`
    await admitter((count) => told.push(count)).runOnce()
    expect(told).toEqual([1])
  })

  it('admits by class and age', async () => {
    world = await openWorld(backend)
    const low = await backlog(700, { priority: 'low' })
    const normal = await backlog(600)
    const [critical = ''] = await backlog(1, { priority: 'critical' })
    const [ancient = ''] = await backlog(1, { priority: 'background' })
    await world.sql`UPDATE runs SET created_at = created_at - interval '7 h' WHERE id = ${ancient}`
    await admitter().runOnce()
    const rows = await world.sql<{ id: string }[]>`SELECT id FROM runs WHERE NOT backlog`
    const admitted = new Set(rows.map((row) => row.id))
    expect([critical, ancient, ...normal].filter((id) => !admitted.has(id))).toEqual([])
    expect(low.filter((id) => admitted.has(id))).toHaveLength(398)
  })

  it("lets a workspace's first run go before nearly all of another's backlog", async () => {
    world = await openWorld(backend)
    const busy = uuidv7()
    await backlog(3_000, { workspaceId: busy })
    await admitter().runOnce()
    const [first = ''] = await backlog(1)
    await admitter().runOnce()
    const taken = await takeUntil(first)
    // Ten of the others' for every second that they came before it; a slow machine takes some seconds.
    expect(taken.indexOf(first)).toBeLessThan(500)
  })
})
