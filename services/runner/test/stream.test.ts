import { uuidv7 } from '@millrace/db'
import { listen } from '@millrace/http-api'
import { waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Producer } from './producer.js'
import { Viewer } from './viewer.js'
import { BACKENDS, openWorld, simpleWorkflow, type World } from './world.js'

/** A generator of its own, so that a failure can be replayed (mulberry32). */
const seeded = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
}

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1)

describe.each(BACKENDS)('run stream on %s', (backend) => {
  let world: World
  let base: string
  let authorization: string

  beforeEach(async () => {
    world = await openWorld(backend)
    base = await listen(world.app, { host: '127.0.0.1', port: 0 })
    authorization = await world.token('viewer')
  })

  afterEach(async () => {
    await world.end()
  })

  const startRun = async (): Promise<string> => {
    const ids = await world.publish(simpleWorkflow('streamed'))
    const runId = uuidv7()
    await world.store.accept({
      id: runId,
      workspaceId: world.workspaceId,
      ...ids,
      trigger: 'start',
      input: null,
      priority: 'normal',
      idempotencyKey: null,
      requestHash: null,
    })
    return runId
  }

  const view = (runId: string, headers: Record<string, string> = {}, query = '') =>
    Viewer.open(`${base}/api/v1/runs/${runId}/events${query}`, { authorization, ...headers })

  it('gives its head alone to a HEAD, and is over', async () => {
    const runId = await startRun()
    const producer = await Producer.claim(world, runId)
    await producer.start()
    for (const path of [`runs/${runId}/events`, 'stream', `stream?runs=${runId}`]) {
      const answer = await fetch(`${base}/api/v1/${path}`, { method: 'HEAD', headers: { authorization } })
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
        path,
        200,
        'text/event-stream; charset=utf-8',
      ])
      expect(await answer.text()).toBe('')
    }
  })

  it('replays, goes on live, and ends after run_finished', async () => {
    const runId = await startRun()
    const producer = await Producer.claim(world, runId)
    await producer.start()
    await producer.log('before')
    const viewer = await view(runId)
    await viewer.until(() => viewer.events.length === 2)
    await producer.log('live')
    await viewer.until(() => viewer.events.length === 3)
    await producer.finish({ ok: true })
    await viewer.closed
    expect(viewer.events.map((event) => event.id)).toEqual([1, 2, 3, 4])
    expect(viewer.events.map((event) => event.name)).toEqual([
      'run_started',
      'step_log',
      'step_log',
      'run_finished',
    ])
    expect(JSON.parse(viewer.events[3]?.data ?? '')).toMatchObject({ seq: 4, output: { ok: true } })
    expect(viewer.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    })
    expect(viewer.comments).toEqual(['retry: 2000'])
  })

  it('lets 200 viewers that come and go each see 1..n once, in order, over one subscription (I4)', async () => {
    const runId = await startRun()
    const producer = await Producer.claim(world, runId)
    await producer.start()
    const total = 120
    const random = seeded(20_260_301)
    const idle = world.feed.topics
    let topics = 0
    const watch = async (): Promise<number[]> => {
      const seen: number[] = []
      for (;;) {
        const last = seen.at(-1)
        const viewer = await view(runId, last === undefined ? {} : { 'last-event-id': String(last) })
        if (viewer.response.statusCode === 204) return seen
        const leaveAfter = Math.floor(random() * 40) + 1
        await viewer.until(() => viewer.events.length >= leaveAfter)
        topics = Math.max(topics, world.feed.topics)
        const complete = viewer.events.some((event) => event.name === 'run_finished')
        viewer.drop()
        seen.push(...viewer.events.map((event) => event.id ?? 0))
        if (complete) return seen
      }
    }
    const viewers = upTo(200).map(watch)
    while (producer.lastSeq < total - 1) {
      const size = Math.min(1 + Math.floor(random() * 6), total - 1 - producer.lastSeq)
      const lost = random() < 0.1
      await producer.append(
        upTo(size).map((i) => ({
          type: 'step_log' as const,
          path: 'work',
          attempt: 1,
          level: 'info' as const,
          message: `line ${i} ${'x'.repeat(random() < 0.1 ? 8_000 : 10)}`,
        })),
        { silent: lost },
      )
    }
    await producer.finish()
    const seen = await Promise.all(viewers)
    for (const ids of seen) expect(ids).toEqual(upTo(total))
    expect(topics - idle).toBe(1)
  })

  it('finds what the feed has lost within a poll (D16)', async () => {
    const idle = world.feed.topics
    const runId = await startRun()
    const producer = await Producer.claim(world, runId)
    await producer.start()
    const viewer = await view(runId)
    await viewer.until(() => viewer.events.length === 1)
    await waitFor(() => world.feed.topics === idle + 1, { what: 'the subscription' })
    await producer.log('live')
    await viewer.until(() => viewer.events.length === 2)
    await producer.log('lost', { silent: true })
    await producer.log('lost too', { silent: true })
    await viewer.until(() => viewer.events.length === 4)
    expect(viewer.events.map((event) => event.id)).toEqual(upTo(4))
    await producer.log('lost again', { silent: true })
    // A message that does not continue what the process has is a gap, and re-read at once.
    await producer.log('seen')
    await viewer.until(() => viewer.events.length === 6)
    expect(viewer.events.map((event) => event.id)).toEqual(upTo(6))
    viewer.drop()
  })

  it('goes on after Last-Event-ID, which beats ?after=', async () => {
    const runId = await startRun()
    const producer = await Producer.claim(world, runId)
    await producer.start()
    for (const line of ['a', 'b', 'c']) await producer.log(line)
    const byQuery = await view(runId, {}, '?after=2')
    await byQuery.until(() => byQuery.events.length === 2)
    const byHeader = await view(runId, { 'last-event-id': '3' }, '?after=1')
    await byHeader.until(() => byHeader.events.length === 1)
    expect(byQuery.events.map((event) => event.id)).toEqual([3, 4])
    expect(byHeader.events.map((event) => event.id)).toEqual([4])
    byQuery.drop()
    byHeader.drop()
  })

  it('answers 204 to who has seen everything', async () => {
    const runId = await startRun()
    const producer = await Producer.claim(world, runId)
    await producer.start()
    await producer.finish()
    const answer = await world.app.inject({
      url: `/api/v1/runs/${runId}/events`,
      headers: { authorization, 'last-event-id': '2' },
    })
    expect(answer.statusCode).toBe(204)
  })

  it.each([
    ['a text', { 'last-event-id': 'abc' }, ''],
    ['a negative number', { 'last-event-id': '-1' }, ''],
    ['a number beyond the run', {}, '?after=99'],
    ['a number too large', {}, '?after=9999999999'],
    ['a fraction', {}, '?after=1.5'],
  ])('refuses to go on after %s', async (_what, headers, query) => {
    const runId = await startRun()
    const url = `/api/v1/runs/${runId}/events${query}`
    const answer = await world.app.inject({ url, headers: { authorization, ...headers } })
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ code: 'INVALID_REQUEST' })
  })

  it('shows nothing of another workspace (I9)', async () => {
    const runId = await startRun()
    const headers = { authorization: await world.token('admin', world.awayId) }
    for (const url of [`/api/v1/runs/${runId}/events`, `/api/v1/stream?runs=${runId}`]) {
      const answer = await world.app.inject({ url, headers })
      expect(answer.statusCode).toBe(404)
    }
  })

  it('sends run-list changes and chosen runs on one connection', async () => {
    const runId = await startRun()
    const other = await startRun()
    const producer = await Producer.claim(world, runId)
    const viewer = await Viewer.open(`${base}/api/v1/stream?runs=${runId}`, { authorization })
    await producer.start()
    const unseen = await Producer.claim(world, other)
    await viewer.until(() => viewer.events.some((event) => event.name === 'event'))
    await unseen.start()
    await viewer.until(() =>
      viewer.events.some((event) => event.name === 'run' && event.data.includes(other)),
    )
    const events = viewer.events
      .filter((event) => event.name === 'event')
      .map((event) => JSON.parse(event.data))
    expect(events).toEqual([{ runId, event: { type: 'run_started', trigger: 'start', seq: 1, at: 1_000 } }])
    viewer.drop()
  })

  it('ends every stream when the process stops', async () => {
    const runId = await startRun()
    const viewer = await view(runId)
    const list = await Viewer.open(`${base}/api/v1/stream`, { authorization })
    await world.app.close()
    await Promise.all([viewer.closed, list.closed])
    await waitFor(() => world.feed.topics === 0, { what: 'the subscriptions to end' })
  })
})
