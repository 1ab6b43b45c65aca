import type { RunEvent } from '@millrace/contracts'
import { type NodeProcess, waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dense, ended, openWorld, seqsOf, type World } from './world.js'

let world: World
let victim: NodeProcess
beforeEach(async () => {
  world = await openWorld()
  world.scheduler()
  victim = await world.worker({ LEASE_MS: '1000' })
})
afterEach(() => world.end())

const call = (id: string, path: string) => ({
  id,
  type: 'http.request',
  params: { method: 'POST', url: `${world.upstream.url}/${path}` },
})

const killAndReplace = async (): Promise<void> => {
  victim.kill('SIGKILL')
  await victim.exited
  await world.worker()
}

const completions = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'step_succeeded' ? [event.path] : []))

describe('a worker killed with -9 inside of a container', () => {
  /** start ─▶ each[ pay ─▶ note ] ─▶ last: the worker dies while item 2 is outside, items 0 and 1 have ended */
  it('does not run the items again that had ended (I2)', async () => {
    const each = {
      id: 'each',
      type: 'flow.map',
      params: { items: [0, 1, 2, 3], concurrency: 1 },
      body: {
        nodes: [
          call('pay', 'pay/{{ item }}'),
          { id: 'note', type: 'transform.json', params: { expression: 'index' } },
        ],
        edges: [{ from: 'pay', to: 'note' }],
      },
    }
    const version = await world.publish({ nodes: [each, call('last', 'last')] })
    world.upstream.hold('/pay/2')
    const runId = await world.start(version)
    await world.upstream.nth('/pay/2', 1)
    await killAndReplace()
    const again = await world.upstream.nth('/pay/2', 2)
    again.answer()
    expect(await ended(world, runId)).toBe('completed')
    const events = await world.events(runId)
    expect(seqsOf(events)).toEqual(dense(events))
    expect(new Set(completions(events)).size).toBe(completions(events).length)
    expect([0, 1, 2, 3].map((item) => world.upstream.to(`/pay/${item}`).length)).toEqual([1, 1, 2, 1])
    expect(world.upstream.to('/pay/2').map(({ key }) => key)).toEqual(Array(2).fill(`${runId}:each[2].pay`))
    expect(events.find((event) => event.type === 'step_succeeded' && event.path === 'each')).toMatchObject({
      output: [0, 1, 2, 3],
    })
  })

  /** start ─▶ loop[ try ]: the worker dies during the third pass */
  it('goes on with the pass of a repeat that was cut off', async () => {
    const loop = {
      id: 'loop',
      type: 'flow.repeat',
      params: { until: 'index = 3' },
      body: { nodes: [call('try', 'try/{{ index }}')] },
    }
    const version = await world.publish({ nodes: [loop] })
    world.upstream.hold('/try/2')
    const runId = await world.start(version)
    await world.upstream.nth('/try/2', 1)
    await killAndReplace()
    const again = await world.upstream.nth('/try/2', 2)
    again.answer()
    expect(await ended(world, runId)).toBe('completed')
    expect([0, 1, 2, 3, 4].map((pass) => world.upstream.to(`/try/${pass}`).length)).toEqual([1, 1, 2, 1, 0])
    const events = await world.events(runId)
    expect(seqsOf(events)).toEqual(dense(events))
  })

  /** start ─▶ each[ twice ], 12,000 items: the worker dies once the first page is durable */
  it('works out the pages of a pure map that were not durable, and no others', async () => {
    const count = 12_000
    const each = {
      id: 'each',
      type: 'flow.map',
      params: { items: '{{ trigger }}' },
      body: { nodes: [{ id: 'twice', type: 'transform.json', params: { expression: 'item * 2' } }] },
    }
    const version = await world.publish({
      nodes: [
        each,
        {
          id: 'last',
          type: 'transform.json',
          params: { expression: `[$count(steps.each.output), steps.each.output[${count - 1}]]` },
        },
      ],
    })
    const runId = await world.start(
      version,
      Array.from({ length: count }, (_, index) => index),
    )
    const isUnderWay = async () => (await world.events(runId)).some(({ type }) => type === 'step_progressed')
    await waitFor(isUnderWay, { what: 'the first page' })
    await killAndReplace()
    expect(await ended(world, runId, 60_000)).toBe('completed')
    const events = await world.events(runId)
    const pages = events.flatMap((event) => (event.type === 'step_progressed' ? [event.page] : []))
    expect(pages.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, page) => page))
    expect(seqsOf(events)).toEqual(dense(events))
    expect(events.find((event) => event.type === 'step_succeeded' && event.path === 'last')).toMatchObject({
      output: [count, (count - 1) * 2],
    })
  }, 120_000)
})
