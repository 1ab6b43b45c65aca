import type { NodeProcess } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { dense, ended, openWorld, seqsOf, storyOf, type World } from './world.js'

vi.setConfig({ testTimeout: 120_000 })

/** No scheduler, and leases of ten minutes: whatever goes on here goes on by the drain's own doing. */
const LONG_LEASE = { LEASE_MS: '600000' }

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.end())

const call = (id: string, more: object = {}) => ({
  id,
  type: 'http.request',
  params: { method: 'POST', url: `${world.upstream.url}/${id}` },
  ...more,
})
/** A worker that has closed its port starts nothing more. */
const portClosed = async (worker: NodeProcess) => {
  const url = /"url":"([^"]+)"/.exec(worker.output())?.[1]
  const answers = () =>
    fetch(`${url}/health/live`).then(
      () => true,
      () => false,
    )
  await expect.poll(answers, { timeout: 20_000 }).toBe(false)
}
const workersLeft = async () => (await world.sql`SELECT 1 FROM workers`).length

describe('a worker told to stop (D12)', () => {
  it('lets steps end, hands their runs back at once, and another worker goes on', async () => {
    const version = await world.publish({
      nodes: [call('slow', { onCrash: 'fail' }), call('after', { onCrash: 'fail' })],
    })
    world.upstream.hold('/slow')
    const leaving = await world.worker({ ...LONG_LEASE, DRAIN_MS: '60000' })
    const runIds = await Promise.all([1, 2, 3].map(() => world.start(version)))
    const slow = await Promise.all(runIds.map((_, index) => world.upstream.nth('/slow', index + 1)))
    leaving.kill('SIGTERM')
    await portClosed(leaving)
    for (const each of slow) each.answer()
    expect(await leaving.exited).toEqual({ code: 0, signal: null })
    expect(await workersLeft()).toBe(0)
    expect(leaving.output()).toContain('draining: 3 runs under way')
    expect(leaving.output()).toContain(
      '0 runs finished, 0 wait, 3 handed back, 0 left in the middle of a step',
    )
    // It started nothing more.
    expect(world.upstream.to('/after')).toHaveLength(0)
    await world.worker(LONG_LEASE)
    for (const runId of runIds) {
      expect(await ended(world, runId, 60_000)).toBe('completed')
      const events = await world.events(runId)
      expect(seqsOf(events)).toEqual(dense(events))
      expect(storyOf(events, 'slow')).toEqual(['step_started', 'step_succeeded'])
      expect(storyOf(events, 'after')).toEqual(['step_started', 'step_succeeded'])
    }
    expect(world.upstream.to('/slow')).toHaveLength(3)
    expect(world.upstream.to('/after')).toHaveLength(3)
  })

  it('gives up steps that outlast its grace: another worker repeats them under the same key', async () => {
    const version = await world.publish({ nodes: [call('slow')] })
    world.upstream.hold('/slow')
    const leaving = await world.worker({ ...LONG_LEASE, DRAIN_MS: '200' })
    const runId = await world.start(version)
    const first = await world.upstream.nth('/slow', 1)
    leaving.kill('SIGTERM')
    expect((await leaving.exited).code).toBe(0)
    expect(first.aborted).toBe(true)
    await world.worker(LONG_LEASE)
    const second = await world.upstream.nth('/slow', 2)
    second.answer()
    expect(await ended(world, runId, 60_000)).toBe('completed')
    expect(second.key).toBe(first.key)
    const events = await world.events(runId)
    expect(events.find((event) => event.type === 'step_retrying')).toMatchObject({
      error: { code: 'WORKER_LOST', message: 'the worker stopped during the attempt' },
    })
    expect(leaving.output()).toContain(
      '0 runs finished, 0 wait, 0 handed back, 1 left in the middle of a step',
    )
    const told = () => world.workers.at(-1)!.output()
    await expect.poll(told).toMatch(/"msg":"took over 1 run from worker [0-9a-f-]{36}: it has stopped"/)
    // A goodbye is no crash (D13).
    const [row] = await world.sql`SELECT crash_count FROM runs WHERE id = ${runId}`
    expect(row).toEqual({ crash_count: 0 })
  })

  it('hands back a run that waits for its next try or a short delay', async () => {
    const retry = { maxAttempts: 2, backoff: 'fixed', delayMs: 1_500, jitter: 'none' } as const
    world.upstream.on('/flaky', (each) =>
      each.answer({}, world.upstream.to('/flaky').length === 1 ? 500 : 200),
    )
    const leaving = await world.worker({ ...LONG_LEASE, DRAIN_MS: '60000' })
    const flaky = await world.start(await world.publish({ nodes: [call('flaky', { retry })] }))
    const short = { id: 'pause', type: 'flow.delay', params: { delayMs: 1_500 } }
    const delayed = await world.start(await world.publish({ nodes: [short, call('late')] }))
    const waits = async (runId: string, type: string) =>
      (await world.events(runId)).some((event) => event.type === type)
    await expect.poll(() => waits(flaky, 'step_retrying'), { timeout: 30_000 }).toBe(true)
    await expect.poll(() => waits(delayed, 'step_waiting'), { timeout: 30_000 }).toBe(true)
    leaving.kill('SIGTERM')
    expect((await leaving.exited).code).toBe(0)
    expect(await world.run(flaky)).toMatchObject({ status: 'pending', workerId: null })
    expect(await world.run(delayed)).toMatchObject({ status: 'pending', workerId: null })
    await world.worker(LONG_LEASE)
    expect(await ended(world, flaky, 60_000)).toBe('completed')
    expect(await ended(world, delayed, 60_000)).toBe('completed')
    expect(world.upstream.to('/flaky')).toHaveLength(2)
    expect(world.upstream.to('/late')).toHaveLength(1)
  })

  it('loses no doorbell that it had in hand', async () => {
    // One place for advancing runs, taken by a run in a short delay: the next doorbells wait in the worker.
    const pause = { id: 'pause', type: 'flow.delay', params: { delayMs: 1_900 } }
    const version = await world.publish({ nodes: [pause] })
    const leaving = await world.worker({ ...LONG_LEASE, WORKER_CONCURRENCY: '1', DRAIN_MS: '60000' })
    const runIds = [await world.start(version), await world.start(version), await world.start(version)]
    const waiting = async () => (await world.queue.depth()) === 1
    await expect.poll(waiting, { timeout: 30_000 }).toBe(true)
    leaving.kill('SIGTERM')
    expect((await leaving.exited).code).toBe(0)
    await world.worker(LONG_LEASE)
    for (const runId of runIds) expect(await ended(world, runId, 60_000)).toBe('completed')
  })
})

/**
 *   start ──▶ one ──▶ two ──▶ three        60 runs on two workers, one of which leaves in the middle
 */
describe.each(['redis', 'postgres'])(
  'a worker told to stop under load, the queue being on %s (D12)',
  (backend) => {
    beforeEach(async () => {
      await world.end()
      world = await openWorld(backend === 'redis' ? {} : { redisUrl: null })
    })

    it('loses nothing, repeats nothing and leaves nothing to a lease', async () => {
      const leaving = await world.worker({ ...LONG_LEASE, DRAIN_MS: '60000' })
      for (const id of ['one', 'two', 'three'])
        world.upstream.on(`/${id}`, (each) => setTimeout(() => each.answer(), 200))
      const version = await world.publish({ nodes: [call('one'), call('two'), call('three')] })
      const runIds = await Promise.all(Array.from({ length: 60 }, () => world.start(version)))
      await world.upstream.nth('/two', 5)
      leaving.kill('SIGTERM')
      expect(await leaving.exited).toEqual({ code: 0, signal: null })
      // No vacuous pass: it left in the middle of its work.
      expect(world.upstream.to('/three').length).toBeLessThan(60)
      const left = await world.sql`SELECT 1 FROM runs WHERE worker_id IS NOT NULL AND finished_at IS NULL`
      expect(left).toHaveLength(0)
      // A queue too busy to take back what it had handed out keeps it for a minute; the sweeper rings before.
      world.scheduler()
      await world.worker(LONG_LEASE)
      for (const runId of runIds) {
        expect(await ended(world, runId, 60_000)).toBe('completed')
        const events = await world.events(runId)
        expect(seqsOf(events)).toEqual(dense(events))
        expect(events.some((event) => event.type === 'step_retrying')).toBe(false)
      }
      for (const id of ['one', 'two', 'three']) expect(world.upstream.to(`/${id}`)).toHaveLength(60)
      const crashed = await world.sql`SELECT 1 FROM runs WHERE crash_count > 0`
      expect(crashed).toHaveLength(0)
    })
  },
)
