import { waitFor } from '@millrace/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ended, openWorld, storyOf, type Version, type World } from '../durability/world.js'

let world: World
let waiting: Version
beforeAll(async () => {
  world = await openWorld()
  world.scheduler()
  await world.worker()
  waiting = await world.publish({ nodes: [forPayment('wait')] })
})
afterAll(() => world.end())

const forPayment = (id: string, more: object = {}) => ({
  id,
  type: 'flow.wait',
  params: { event: 'paid', key: '{{ trigger.order }}', ...more },
})
const parked = (runId: string) =>
  waitFor(
    async () => {
      const { status, workerId } = await world.run(runId)
      return status === 'waiting' && workerId === null
    },
    { what: `run ${runId} to be parked`, timeoutMs: 20_000 },
  )
const pay = (key: string, payload: object = {}, id?: string) =>
  world.post('/events', { name: 'paid', key, payload, ...(id === undefined ? {} : { id }) })

describe('a run that waits for an event', () => {
  it('is parked, and goes on with the event of its key', async () => {
    const runId = await world.start(waiting, { order: 'a1' })
    await parked(runId)
    expect((await pay('other')).json()).toMatchObject({ resumed: [] })
    expect((await pay('a1', { amount: 7 })).json()).toMatchObject({ resumed: [runId], replayed: false })
    expect(await ended(world, runId)).toBe('completed')
    expect((await world.run(runId)).output).toMatchObject({ name: 'paid', key: 'a1', payload: { amount: 7 } })
  })

  it('shares an event with all that wait for it', async () => {
    const runIds = await Promise.all([1, 2, 3].map(() => world.start(waiting, { order: 'shared' })))
    await Promise.all(runIds.map(parked))
    const { resumed } = (await pay('shared')).json<{ resumed: string[] }>()
    expect(new Set(resumed)).toEqual(new Set(runIds))
    for (const runId of runIds) expect(await ended(world, runId)).toBe('completed')
  })

  it('takes an event that came after its start and before its wait, once (D14)', async () => {
    world.upstream.hold('/slow')
    const nodes = [
      { id: 'slow', type: 'http.request', params: { method: 'GET', url: `${world.upstream.url}/slow` } },
      forPayment('first'),
      forPayment('second'),
    ]
    const runId = await world.start(await world.publish({ nodes }), { order: 'early' })
    await pay('early', { nth: 1 })
    ;(await world.upstream.nth('/slow', 1)).answer()
    await waitFor(async () => storyOf(await world.events(runId), 'second').includes('step_waiting'), {
      what: 'the second wait',
      timeoutMs: 20_000,
    })
    await parked(runId)
    await pay('early', { nth: 2 })
    expect(await ended(world, runId)).toBe('completed')
    const outputs = (await world.events(runId)).flatMap((event) =>
      event.type === 'step_succeeded' && ['first', 'second'].includes(event.path) ? [event.output] : [],
    )
    expect(outputs).toMatchObject([{ payload: { nth: 1 } }, { payload: { nth: 2 } }])
  })

  it('takes none from before its start', async () => {
    await pay('past')
    const runId = await world.start(waiting, { order: 'past' })
    await parked(runId)
    await world.cancel(runId)
    expect(await ended(world, runId)).toBe('cancelled')
  })

  it('never misses one: event and wait race 200 times (D14)', async () => {
    const orders = Array.from({ length: 200 }, (_, index) => `race-${index}`)
    const runIds = await Promise.all(
      orders.map(async (order) => {
        const runId = await world.start(waiting, { order })
        expect((await pay(order)).status).toBe(202)
        return runId
      }),
    )
    for (const runId of runIds) expect(await ended(world, runId, 60_000)).toBe('completed')
  }, 90_000)

  it('goes on although who resolved it died before ringing (D3, D4)', async () => {
    const runId = await world.start(waiting, { order: 'silent' })
    await parked(runId)
    const event = { id: 'silent', name: 'paid', key: 'silent', payload: null, backlog: false }
    await world.store.publishEvent({ workspaceId: world.workspaceId, ...event })
    expect(await ended(world, runId, 30_000)).toBe('completed')
  }, 40_000)

  it('is not ended twice by one event sent twice (I6)', async () => {
    const runId = await world.start(waiting, { order: 'twice' })
    await parked(runId)
    const answers = await Promise.all([1, 2, 3, 4].map(() => pay('twice', {}, 'delivery-1')))
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 200, 200, 202])
    expect(await ended(world, runId)).toBe('completed')
    expect(storyOf(await world.events(runId), 'wait')).toEqual([
      'step_started',
      'step_waiting',
      'step_succeeded',
    ])
    expect((await pay('twice', { other: true }, 'delivery-1')).json()).toMatchObject({
      status: 422,
      code: 'IDEMPOTENCY_KEY_REUSED',
    })
  })
})

describe('a wait whose time is up', () => {
  it('fails, or takes the timeout port', async () => {
    const failing = await world.publish({ nodes: [forPayment('wait', { timeout: '50ms' })] })
    const routed = await world.publish({
      nodes: [
        forPayment('wait', { timeout: '50ms', onTimeout: 'port' }),
        { id: 'late', type: 'transform.json', params: { expression: '"too late"' } },
      ],
      edges: [
        { from: 'start', to: 'wait' },
        { from: 'wait', port: 'timeout', to: 'late' },
      ],
    })
    const [fails, goesOn] = await Promise.all([
      world.start(failing, { order: 'x' }),
      world.start(routed, { order: 'x' }),
    ])
    expect(await ended(world, fails)).toBe('failed')
    expect((await world.run(fails)).error).toMatchObject({ code: 'WAIT_TIMED_OUT' })
    expect(await ended(world, goesOn)).toBe('completed')
    expect((await world.run(goesOn)).output).toBe('too late')
  })

  it('is decided once: an event and the deadline at the same time give one end', async () => {
    const version = await world.publish({
      nodes: [forPayment('wait', { timeout: '300ms', onTimeout: 'port' })],
    })
    const orders = Array.from({ length: 30 }, (_, index) => `tie-${index}`)
    const runIds = await Promise.all(orders.map((order) => world.start(version, { order })))
    const answers = await Promise.all(orders.map((order) => pay(order)))
    for (const [index, runId] of runIds.entries()) {
      expect(await ended(world, runId, 60_000)).toBe('completed')
      const resumed = answers[index]?.json<{ resumed: string[] }>().resumed.includes(runId)
      // Whoever was told that it has resumed the run has.
      if (resumed) expect((await world.run(runId)).output).toMatchObject({ key: orders[index] })
    }
  }, 90_000)
})
