import type { NodeProcess } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dense, ended, openWorld, seqsOf, storyOf, type World } from './world.js'

let world: World
let victim: NodeProcess
beforeEach(async () => {
  world = await openWorld()
  world.scheduler()
  victim = await world.worker({ LEASE_MS: '1000' })
})
afterEach(() => world.end())

const call = (id: string, more: object = {}, method = 'POST') => ({
  id,
  type: 'http.request',
  params: { method, url: `${world.upstream.url}/${id}` },
  ...more,
})

/** Kills the worker with -9 while the run's call of `path` is outside, and starts another. */
const crashDuring = async (path: string): Promise<void> => {
  await world.upstream.nth(path, 1)
  victim.kill('SIGKILL')
  await victim.exited
  await world.worker()
}

/**
 *   start ──▶ before ──▶ pay ──▶ after        the worker dies while `pay` is outside
 */
describe('a worker killed with -9 during a step', () => {
  it('has the step repeated under the same key, and nothing that had ended (I2, I5)', async () => {
    const version = await world.publish({ nodes: [call('before'), call('pay'), call('after')] })
    world.upstream.hold('/pay')
    const runId = await world.start(version)
    await crashDuring('/pay')
    const again = await world.upstream.nth('/pay', 2)
    again.answer()
    expect(await ended(world, runId)).toBe('completed')
    expect(world.upstream.to('/pay').map((each) => each.key)).toEqual([`${runId}:pay`, `${runId}:pay`])
    expect(world.upstream.to('/before')).toHaveLength(1)
    expect(world.upstream.to('/after')).toHaveLength(1)
    const events = await world.events(runId)
    expect(seqsOf(events)).toEqual(dense(events))
    expect(events.find((event) => event.type === 'step_retrying')).toMatchObject({
      path: 'pay',
      error: { code: 'WORKER_LOST', message: 'the worker was lost (its lease ran out) during the attempt' },
      counted: false,
    })
    const told = () => world.workers.at(-1)!.output()
    await expect.poll(told).toMatch(/"msg":"took over 1 run from worker [0-9a-f-]{36}: its lease ran out"/)
  })

  it.each(['POST', 'GET'])(
    'fails a %s that must not run twice, and never repeats it (I5)',
    async (method) => {
      const version = await world.publish({
        nodes: [call('pay', { onCrash: 'fail' }, method), call('after')],
      })
      const seen: string[][] = []
      world.upstream.on('/pay', async () => {
        seen.push(storyOf(await world.events(runId), 'pay'))
      })
      const runId = await world.start(version)
      await crashDuring('/pay')
      expect(await ended(world, runId)).toBe('failed')
      expect(await world.run(runId)).toMatchObject({ error: { code: 'CRASHED_STEP' }, epoch: 2 })
      expect(world.upstream.to('/pay')).toHaveLength(1)
      expect(world.upstream.to('/after')).toHaveLength(0)
      // Its start was durable before it left, else the next owner would not know of it.
      expect(seen).toEqual([['step_started']])
    },
  )

  it('takes the error edge of a step that must not run twice', async () => {
    const version = await world.publish({
      nodes: [call('pay', { onCrash: 'fail', onError: 'route' }), call('after'), call('repair')],
      edges: [
        { from: 'start', to: 'pay' },
        { from: 'pay', to: 'after' },
        { from: 'pay', port: 'error', to: 'repair' },
      ],
    })
    world.upstream.hold('/pay')
    const runId = await world.start(version)
    await crashDuring('/pay')
    expect(await ended(world, runId)).toBe('completed')
    expect(world.upstream.to('/pay')).toHaveLength(1)
    expect(world.upstream.to('/after')).toHaveLength(0)
    expect(world.upstream.to('/repair')).toHaveLength(1)
  })

  it('does not count the crash as a try that the retry policy may repeat', async () => {
    const version = await world.publish({
      nodes: [call('pay', { onCrash: 'fail', retry: { maxAttempts: 5 } })],
    })
    world.upstream.hold('/pay')
    const runId = await world.start(version)
    await crashDuring('/pay')
    expect(await ended(world, runId)).toBe('failed')
    expect(world.upstream.to('/pay')).toHaveLength(1)
  })
})
