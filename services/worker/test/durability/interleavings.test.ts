import type { CredentialData } from '@millrace/contracts'
import { waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ended, gateOn, holdRun, openWorld, storyOf, untilFlushBlocked, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.end())

const LARGE = { text: 'x'.repeat(300_000) }
const post = (id: string) => ({
  id,
  type: 'http.request',
  params: { method: 'POST', url: `${world.upstream.url}/${id}` },
})
const get = (id: string) => ({ id, type: 'http.request', params: { url: `${world.upstream.url}/${id}` } })
const free = (runId: string) =>
  waitFor(async () => (await world.run(runId)).workerId === null, { what: `run ${runId} to be free` })

/** Another run, from doorbell to end: whatever the worker had to do before, it has done by then. */
const roundTrip = async () => {
  const version = await world.publish({ nodes: [post('other')], edges: [{ from: 'start', to: 'other' }] })
  expect(await ended(world, await world.start(version))).toBe('completed')
}

describe('while a large output is being stored', () => {
  const bigOnly = () => world.publish({ nodes: [get('big')], edges: [{ from: 'start', to: 'big' }] })
  beforeEach(() => world.upstream.always('/big', LARGE))

  it('a drain waits for it: the step has ended, and is not given away to run again (I2, D12)', async () => {
    const gate = gateOn('putPayload')
    const { stop } = await world.worker({ graceMs: 60_000 }, gate.wrap)
    const runId = await world.start(await bigOnly())
    // Seen to be handed back, it shows that the drain has begun.
    const pause = { id: 'pause', type: 'flow.delay', params: { delayMs: 1_900 } }
    const beside = await world.publish({ nodes: [pause], edges: [{ from: 'start', to: 'pause' }] })
    await gate.reached(1)
    const marker = await world.start(beside)
    await waitFor(async () => storyOf(await world.events(marker), 'pause').includes('step_waiting'), {
      what: 'the short delay',
    })
    const stopped = stop()
    await free(marker)
    gate.pass(1)
    await stopped
    expect(storyOf(await world.events(runId), 'big')).toEqual(['step_started', 'step_succeeded'])
    expect(world.upstream.count('/big')).toBe(1)
  })

  it('a refusal of the database ends neither the worker nor the run: it is given back (I1)', async () => {
    const gate = gateOn('putPayload')
    await world.worker({}, gate.wrap)
    const runId = await world.start(await bigOnly())
    await gate.reached(1)
    gate.pass(1, new Error('the disk is full'))
    await free(runId)
    await world.queue.enqueue([{ runId }])
    await gate.reached(2)
    gate.pass(2)
    expect(await ended(world, runId)).toBe('completed')
    await roundTrip()
  })

  it('a refusal gives the run back even when a flush of it is in flight (I1)', async () => {
    const gate = gateOn('putPayload')
    await world.worker({}, gate.wrap)
    world.upstream.hold('/slow')
    const version = await world.publish({
      nodes: [get('big'), post('slow')],
      edges: [
        { from: 'start', to: 'big' },
        { from: 'start', to: 'slow' },
      ],
    })
    const runId = await world.start(version)
    await gate.reached(1)
    await world.upstream.nth('/slow', 1)
    const release = await holdRun(world.sql, runId)
    await world.upstream.answer('/slow', 1)
    await untilFlushBlocked(world.sql)
    gate.pass(1, new Error('the disk is full'))
    await roundTrip()
    await release()
    await free(runId)
    expect(storyOf(await world.events(runId), 'slow')).toEqual(['step_started', 'step_succeeded'])
  })
})

describe('an attempt that is over (D9)', () => {
  it('can send nothing any more, even if it gets what it needed for it', async () => {
    let give: (data: CredentialData) => void = () => {}
    const asked = new Promise<void>((resolve) => {
      world.worker({
        credential: () => {
          resolve()
          return new Promise((answer) => {
            give = answer
          })
        },
      })
    })
    const call = { ...get('secret') }
    const params = { ...call.params, auth: { credential: 'token' } }
    const version = await world.publish({
      nodes: [{ ...call, params }],
      edges: [{ from: 'start', to: 'secret' }],
    })
    const runId = await world.start(version)
    await asked
    await world.store.postToInbox(runId, world.workspaceId, { kind: 'cancel' })
    expect(await ended(world, runId)).toBe('cancelled')
    give({ type: 'bearer', data: { token: 'late' } })
    await roundTrip()
    expect(world.upstream.count('/secret')).toBe(0)
  })
})

it('a run parks although its inbox could not be read while its last step ended', async () => {
  const gate = gateOn('readInbox')
  await world.worker({}, gate.wrap)
  world.upstream.hold('/slow')
  const version = await world.publish({
    nodes: [post('slow'), { id: 'pause', type: 'flow.delay', params: { duration: '1h' } }],
    edges: [
      { from: 'start', to: 'slow' },
      { from: 'slow', to: 'pause' },
    ],
  })
  const runId = await world.start(version)
  await world.upstream.nth('/slow', 1)
  await world.store.postToInbox(runId, world.workspaceId, { kind: 'resume' })
  await gate.reached(1)
  await world.sql`DELETE FROM run_inbox`
  await world.upstream.answer('/slow', 1)
  await waitFor(async () => storyOf(await world.events(runId), 'pause').includes('step_waiting'), {
    what: 'the delay',
  })
  gate.pass(1, new Error('the database is away'))
  await free(runId)
  expect(await world.run(runId)).toMatchObject({ status: 'waiting' })
})

/**
 *   start ──▶ big ──┬─▶ pause ──(when: reads big)──▶ after
 *                   ├─▶ one
 *                   └─▶ two
 *
 * A second worker takes the run over and finds in its inbox that `pause` is over. What follows from that needs the
 * large output of `big`, which the test holds back, while `one` and `two` go on.
 */
describe('while a message is being worked out', () => {
  const reading = (id: string) => ({
    ...post(id),
    params: { ...post(id).params, body: '{{ steps.big.status }}' },
  })
  const takenOver = async () => {
    world.upstream.always('/big', LARGE)
    for (const path of ['/one', '/two']) world.upstream.hold(path)
    const version = await world.publish({
      nodes: [
        get('big'),
        { id: 'pause', type: 'flow.delay', params: { duration: '1h' } },
        reading('one'),
        reading('two'),
        post('after'),
      ],
      edges: [
        { from: 'start', to: 'big' },
        { from: 'big', to: 'one' },
        { from: 'big', to: 'two' },
        { from: 'big', to: 'pause' },
        { from: 'pause', to: 'after', when: '$length(steps.big.output.body.text) > 0' },
      ],
    })
    const first = await world.worker()
    const runId = await world.start(version)
    await world.upstream.nth('/one', 1)
    await world.upstream.nth('/two', 1)
    await waitFor(async () => storyOf(await world.events(runId), 'pause').includes('step_waiting'), {
      what: 'the delay',
    })
    const message = { kind: 'timer', path: 'pause', timer: 'delay', attempt: 1 } as const
    await first.stop()
    await world.store.postToInbox(runId, world.workspaceId, message)
    // `one` and `two` read first, then the message.
    const gate = gateOn('getPayload')
    await world.worker({}, gate.wrap)
    await gate.reached(3)
    gate.pass(1)
    gate.pass(2)
    await world.upstream.nth('/one', 2)
    await world.upstream.nth('/two', 2)
    return { runId, gate }
  }

  it('it stays in the inbox until the flush of the events it causes (D3)', async () => {
    const { runId, gate } = await takenOver()
    // The writes have left, so a flush has come back; the message must not have gone with it.
    expect((await world.store.readInbox([runId])).get(runId)).toHaveLength(1)
    expect(storyOf(await world.events(runId), 'pause')).not.toContain('step_succeeded')
    gate.pass(3)
    await world.upstream.nth('/after', 1)
    expect((await world.store.readInbox([runId])).size).toBe(0)
    for (const path of ['/one', '/two']) await world.upstream.answer(path, 2)
    expect(await ended(world, runId)).toBe('completed')
  })

  it('the run is not parked over its head (I1, D4)', async () => {
    const { runId, gate } = await takenOver()
    const release = await holdRun(world.sql, runId)
    await world.upstream.answer('/one', 2)
    await untilFlushBlocked(world.sql)
    await world.upstream.answer('/two', 2)
    // Now nothing runs, and the only step left waits for an hour, were it not for the message.
    await roundTrip()
    gate.pass(3)
    await roundTrip()
    await release()
    expect(await ended(world, runId)).toBe('completed')
    expect(world.upstream.count('/after')).toBe(1)
  })
})
