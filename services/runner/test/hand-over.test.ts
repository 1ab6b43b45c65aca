import { PLACES_TOPIC, workerTopic } from '@millrace/feed'
import type { ClaimedRun } from '@millrace/run-store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HandOver } from '../src/runs/hand-over.js'
import { openWorld, simpleWorkflow, type World } from './world.js'

/** Workers elsewhere, for whom the test speaks. */
const elsewhere = async () => {
  const sent: string[] = []
  let hear: (payload: string) => void = () => {}
  let now = 0
  const handOver = new HandOver({
    near: { reserve: () => undefined },
    feed: {
      subscribe: async (topic, listener) => {
        if (topic === PLACES_TOPIC) hear = listener
        return () => {}
      },
      publish: async (messages) => void sent.push(...messages.map(({ topic }) => topic)),
    },
    onError: () => {},
    now: () => now,
  })
  await handOver.start()
  return {
    handOver,
    sent,
    tell: (workerId: string, free: number, more: object = {}) =>
      hear(JSON.stringify({ workerId, free, ...more })),
    pass: (ms: number) => {
      now += ms
    },
  }
}

let runs = 0
const run = (workspaceId = 'some') => ({ id: `run-${++runs}`, workspaceId })

describe('HandOver', () => {
  it('chooses the worker with most places, and counts what it has handed over', async () => {
    const { handOver, tell } = await elsewhere()
    expect(handOver.reserve(run())).toBeUndefined()
    tell('a', 1)
    tell('b', 2)
    expect([1, 2, 3].map(() => handOver.reserve(run())?.workerId)).toEqual(['b', 'a', 'b'])
    expect(handOver.reserve(run())).toBeUndefined()
  })

  it('counts a place again that was not needed', async () => {
    const { handOver, tell } = await elsewhere()
    tell('a', 1)
    handOver.reserve(run())?.release()
    expect(handOver.reserve(run())?.workerId).toBe('a')
  })

  it('forgets workers that drain, and those not heard of for a while', async () => {
    const { handOver, tell, pass } = await elsewhere()
    tell('a', 5)
    tell('b', 5)
    tell('a', 0)
    expect(handOver.reserve(run())?.workerId).toBe('b')
    pass(2_501)
    expect(handOver.reserve(run())).toBeUndefined()
  })

  it('leaves express places to workspaces that do not crowd their worker, once nothing else is free', async () => {
    const { handOver, tell } = await elsewhere()
    tell('a', 0, { express: 2, crowding: ['big'] })
    tell('b', 1, { express: 1, crowding: ['big', 'other'] })
    const reserve = (workspaceId: string) => handOver.reserve(run(workspaceId))
    expect(reserve('big')?.workerId).toBe('b')
    expect(reserve('big')).toBeUndefined()
    const place = reserve('other')
    expect(place?.workerId).toBe('a')
    expect(reserve('other')?.workerId).toBe('a')
    expect(reserve('other')).toBeUndefined()
    place?.release()
    expect([reserve('new'), reserve('new'), reserve('new')].map((each) => each?.workerId)).toEqual([
      'a',
      'b',
      undefined,
    ])
  })

  it('sends the run to its worker alone', async () => {
    const { handOver, sent, tell } = await elsewhere()
    tell('a', 1)
    handOver.reserve(run())?.take({ id: 'run' } as ClaimedRun)
    expect(sent).toEqual([workerTopic('a')])
  })
})

describe('a run that is started', () => {
  let world: World
  let taken: ClaimedRun[]
  let released = 0
  beforeAll(async () => {
    world = await openWorld('postgres')
    await world.store.registerWorker('test', 60_000)
    taken = []
    world.nearWorker.join({
      reserve: () => ({
        workerId: world.store.workerId,
        take: (run) => void taken.push(run),
        release: () => void released++,
      }),
    })
    await world.publish(simpleWorkflow('free'))
    await world.publish({ ...simpleWorkflow('limited'), settings: { concurrency: { limit: 1 } } })
    await world.publish({ ...simpleWorkflow('rated'), settings: { rateLimit: { runs: 100, perMs: 1_000 } } })
    await world.publish({ ...simpleWorkflow('debounced'), settings: { debounce: { waitMs: 1_000 } } })
  })
  afterAll(() => world.end())

  const start = async (workflow: string, key?: string) => {
    const answer = await world.app.inject({
      method: 'POST',
      url: '/api/v1/runs',
      headers: {
        authorization: await world.token(),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      payload: { workflow },
    })
    return answer.json<{ run: { id: string } }>().run.id
  }

  it('is handed to a worker with a place, and no doorbell rings', async () => {
    const id = await start('free')
    expect(taken.map((run) => run.id)).toEqual([id])
    expect(await world.queue.depth()).toBe(0)
    taken = []
  })

  it.each(['limited', 'rated', 'debounced'])('is rung for when it needs a turn (%s)', async (workflow) => {
    const before = await world.queue.depth()
    await start(workflow)
    await expect.poll(() => world.queue.depth()).toBe(before + 1)
    expect(taken).toEqual([])
  })

  it('gives the place back when its key was seen before', async () => {
    const first = await start('free', 'twice')
    released = 0
    expect(await start('free', 'twice')).toBe(first)
    expect([taken.length, released]).toEqual([1, 1])
    taken = []
  })

  it('waits with those of its workspace that wait in the backlog (D19)', async () => {
    await world.sql`UPDATE runs SET backlog = true, worker_id = NULL, status = 'pending', sweep_at = 'infinity'`
    // Admission looks when it has let 100 through since its last count.
    for (let i = 0; i < 110; i++) await start('limited')
    taken = []
    await expect
      .poll(async () => {
        const id = await start('free')
        const [row] = await world.sql`SELECT backlog FROM runs WHERE id = ${id}`
        return row?.['backlog']
      })
      .toBe(true)
  })
})
