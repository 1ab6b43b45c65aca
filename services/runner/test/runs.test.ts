import { createRedisQueue } from '@millrace/queue'
import { freePort } from '@millrace/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Producer } from './producer.js'
import { openWorld, simpleWorkflow, type World } from './world.js'

describe('runs', () => {
  let world: World
  let authorization: string

  beforeAll(async () => {
    world = await openWorld('postgres')
    authorization = await world.token('operator')
    await world.publish(simpleWorkflow('orders'))
  })

  afterAll(async () => {
    await world.end()
  })

  const start = (payload: object, headers: Record<string, string> = {}) =>
    world.app.inject({
      method: 'POST',
      url: '/api/v1/runs',
      headers: { authorization, ...headers },
      payload,
    })
  const read = (path: string, as = authorization) =>
    world.app.inject({ url: `/api/v1/runs${path}`, headers: { authorization: as } })

  it('answers 201 with a run that is durable and rung for', async () => {
    const before = await world.queue.depth()
    const answer = await start({ workflow: 'orders', input: { n: 1 }, priority: 'high' })
    expect(answer.statusCode).toBe(201)
    const { run, replayed } = answer.json()
    expect(replayed).toBe(false)
    expect(run).toMatchObject({
      workflowName: 'orders',
      version: 1,
      status: 'pending',
      trigger: 'start',
      priority: 'high',
      lastSeq: 0,
    })
    const found = await read(`/${run.id}`)
    expect(found.json()).toMatchObject({ id: run.id, input: { n: 1 }, idempotencyKey: null })
    expect((await read(`/${run.id}/steps`)).json()).toEqual({ items: [] })
    await expect.poll(() => world.queue.depth()).toBe(before + 1)
  })

  it('makes one run of many requests with one key at once (I6)', async () => {
    const headers = { 'idempotency-key': 'order-17' }
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => start({ workflow: 'orders', input: { a: 1, b: [2] } }, headers)),
    )
    const ids = new Set(answers.map((answer) => answer.json().run.id))
    expect(ids.size).toBe(1)
    expect(answers.filter((answer) => answer.statusCode === 201)).toHaveLength(1)
    const again = await start({ input: { b: [2], a: 1 }, workflow: 'orders' }, headers)
    expect(again.statusCode).toBe(200)
    expect(again.json()).toMatchObject({ replayed: true, run: { id: [...ids][0] } })
  })

  it('refuses a key that comes with another body (D17)', async () => {
    const headers = { 'idempotency-key': 'order-18' }
    await start({ workflow: 'orders', input: 1 }, headers)
    const answer = await start({ workflow: 'orders', input: 2 }, headers)
    expect(answer.statusCode).toBe(422)
    expect(answer.json()).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
  })

  it('is accepted as a role that may do no more than that (D17)', async () => {
    await world.sql`REVOKE INSERT ON runs FROM millrace_ingest`
    const refused = await start({ workflow: 'orders' })
    await world.sql`GRANT INSERT ON runs TO millrace_ingest`
    expect(refused.json()).toMatchObject({ status: 503, code: 'UNAVAILABLE' })
    expect((await start({ workflow: 'orders' })).statusCode).toBe(201)
  })

  it.each(['tick', 'webhook', 'event', 'failure'])('keeps keys of a %s to itself (I6)', async (kind) => {
    const answer = await start({ workflow: 'orders' }, { 'idempotency-key': `${kind}:x` })
    expect(answer.json()).toMatchObject({ status: 400, code: 'INVALID_REQUEST' })
  })

  it('starts the version that has just been published, and an older one when asked', async () => {
    await world.publish(simpleWorkflow('versions'))
    await start({ workflow: 'versions' })
    await world.publish(simpleWorkflow('versions'))
    expect((await start({ workflow: 'versions' })).json().run.version).toBe(2)
    expect((await start({ workflow: 'versions', version: 1 })).json().run.version).toBe(1)
    expect((await start({ workflow: 'versions', version: 9 })).statusCode).toBe(404)
  })

  it('says why it cannot start', async () => {
    const { workflowId } = await world.publish(simpleWorkflow('draft'))
    await world.sql`UPDATE workflows SET published_version = NULL WHERE id = ${workflowId}`
    await world.publish({
      name: 'no-manual',
      nodes: [{ id: 'hook', type: 'trigger.webhook', params: { path: 'x' } }],
      edges: [],
    })
    const codes = await Promise.all(
      [
        { workflow: 'draft' },
        { workflow: workflowId },
        { workflow: 'nothing' },
        { workflow: 'no-manual' },
        { workflow: 'orders', trigger: 'work' },
        { workflow: 'orders', unknown: 1 },
        {},
      ].map(async (payload) => (await start(payload)).json().code),
    )
    expect(codes).toEqual([
      'NOT_PUBLISHED',
      'NOT_PUBLISHED',
      'NOT_FOUND',
      'NO_SUCH_TRIGGER',
      'NO_SUCH_TRIGGER',
      'INVALID_REQUEST',
      'INVALID_REQUEST',
    ])
  })

  it('is accepted although the queue is away: the sweeper rings later (I1)', async () => {
    const nowhere = await createRedisQueue({ url: `redis://127.0.0.1:${await freePort()}` })
    const broken = await openWorld('postgres', nowhere)
    try {
      await broken.publish(simpleWorkflow('orders'))
      const answer = await broken.app.inject({
        method: 'POST',
        url: '/api/v1/runs',
        headers: { authorization: await broken.token() },
        payload: { workflow: 'orders' },
      })
      expect(answer.statusCode).toBe(201)
      await expect.poll(() => broken.errors.length).toBeGreaterThan(0)
    } finally {
      await broken.end()
      await nowhere.close()
    }
  })

  it('pages through the newest first, and filters', async () => {
    const { workflowId } = await world.publish(simpleWorkflow('paged'))
    const ids: string[] = []
    for (let i = 0; i < 5; i += 1) ids.unshift((await start({ workflow: 'paged' })).json().run.id)
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const query: string = `?workflow=paged&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`
      const page: { items: { id: string }[]; nextCursor: string | null } = (await read(query)).json()
      seen.push(...page.items.map((item) => item.id))
      cursor = page.nextCursor
    }
    expect(seen).toEqual(ids)
    expect((await read(`?workflow=${workflowId}&status=pending`)).json().items).toHaveLength(5)
    expect((await read('?workflow=paged&status=failed')).json().items).toHaveLength(0)
    expect((await read('?workflow=nothing')).json()).toEqual({ items: [], nextCursor: null })
  })

  it('filters by version, trigger, time, duration, error and id', async () => {
    await world.publish(simpleWorkflow('sieve'))
    const old = (await start({ workflow: 'sieve' })).json().run
    await world.publish(simpleWorkflow('sieve'))
    const failed = (await start({ workflow: 'sieve' })).json().run
    await world.sql`
      UPDATE runs SET status = 'failed', started_at = now() - interval '90 s', finished_at = now(),
        error = '{"code":"HTTP_STATUS","message":"Billing said 503"}' WHERE id = ${failed.id}`
    const found = async (query: string): Promise<string[]> =>
      (await read(`?workflow=sieve&${query}`)).json().items.map((item: { id: string }) => item.id)

    expect(await found('version=1')).toEqual([old.id])
    expect(await found('version=2')).toEqual([failed.id])
    expect(await found('trigger=start')).toEqual([failed.id, old.id])
    expect(await found('trigger=other')).toEqual([])
    expect(await found('error=BILLING')).toEqual([failed.id])
    expect(await found('error=http_status')).toEqual([failed.id])
    expect(await found('error=b_lling')).toEqual([])
    expect(await found('errorCode=HTTP_STATUS')).toEqual([failed.id])
    expect(await found('minDurationMs=89000')).toEqual([failed.id])
    expect(await found('minDurationMs=95000')).toEqual([])
    expect(await found(`createdTo=${failed.createdAt}`)).toEqual([old.id])
    expect(await found(`createdFrom=${failed.createdAt}`)).toEqual([failed.id])
    expect(await found(`ids=${old.id}`)).toEqual([old.id])
  })

  it.each([
    '?cursor=x',
    '?limit=0',
    '?limit=201',
    '?status=odd',
    '?workflow=%00',
    '?ids=x',
    '?version=0',
    '?error=%00',
    '?createdFrom=today',
    '?other=1',
    '/not-an-id',
  ])('refuses %s', async (path) => {
    expect((await read(path)).json()).toMatchObject({ status: 400, code: 'INVALID_REQUEST' })
  })

  it('hands out large outputs by their key', async () => {
    const { run } = (await start({ workflow: 'orders' })).json()
    const key = 'work/1/1'
    await world.store.putPayload(world.workspaceId, run.id, { key, body: '{"large":true}' })
    const answer = await read(`/${run.id}/payloads/${key}`)
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(answer.json()).toEqual({ large: true })
    expect((await read(`/${run.id}/payloads/work/2/1`)).statusCode).toBe(404)
    expect((await read(`/${run.id}/payloads/%00`)).statusCode).toBe(400)
  })

  it('tells the resume URL of a step to those who may operate runs only', async () => {
    const { run } = (await start({ workflow: 'orders' })).json()
    const urlAs = async (role: 'viewer' | 'operator') =>
      read(`/${run.id}/resume-url?path=wait`, await world.token(role))
    expect((await urlAs('viewer')).statusCode).toBe(403)
    const { url } = (await urlAs('operator')).json()
    const [, token = ''] = /^https:\/\/millrace\.example\/resume\/(.+)$/.exec(url) ?? []
    expect(world.resumeTokens.verify(token)).toEqual({ runId: run.id, path: 'wait' })
  })

  it('shows and changes nothing of another workspace (I9)', async () => {
    const { run } = (await start({ workflow: 'orders' })).json()
    await world.store.putPayload(world.workspaceId, run.id, { key: 'k', body: '1' })
    const away = await world.token('admin', world.awayId)
    for (const path of ['', '/steps', '/payloads/k', '/resume-url?path=wait']) {
      expect((await read(`/${run.id}${path}`, away)).statusCode).toBe(404)
    }
    expect((await read('', away)).json().items).toEqual([])
    const cancel = await world.app.inject({
      method: 'POST',
      url: `/api/v1/runs/${run.id}/cancel`,
      headers: { authorization: away },
    })
    expect(cancel.statusCode).toBe(404)
    const resume = await world.app.inject({
      method: 'POST',
      url: `/api/v1/runs/${run.id}/resume-step`,
      headers: { authorization: away },
      payload: { path: 'wait' },
    })
    expect(resume.statusCode).toBe(404)
    const foreign = await world.app.inject({
      method: 'POST',
      url: '/api/v1/runs',
      headers: { authorization: away },
      payload: { workflow: run.workflowId },
    })
    expect(foreign.statusCode).toBe(404)
  })

  it('asks each route for its permission', async () => {
    const viewer = await world.token('viewer')
    const { run } = (await start({ workflow: 'orders' })).json()
    const post = (url: string, as: string) =>
      world.app.inject({
        method: 'POST',
        url,
        headers: { authorization: as },
        payload: { workflow: 'orders' },
      })
    expect((await read('', viewer)).statusCode).toBe(200)
    expect((await post('/api/v1/runs', viewer)).statusCode).toBe(403)
    expect((await post(`/api/v1/runs/${run.id}/cancel`, await world.token('editor'))).statusCode).toBe(403)
    expect((await world.app.inject({ url: '/api/v1/runs' })).statusCode).toBe(401)
  })

  it('shows a run as its events have left it', async () => {
    const { run } = (await start({ workflow: 'orders' })).json()
    const producer = await Producer.claim(world, run.id)
    await producer.start()
    await producer.finish({ total: 3 })
    expect((await read(`/${run.id}`)).json()).toMatchObject({
      status: 'completed',
      lastSeq: 2,
      output: { total: 3 },
      error: null,
    })
  })
})
