import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Producer } from './producer.js'
import { openWorld, type World } from './world.js'

/*
 *  start ──► fetch ──► check ──true──► greet        broken (not connected, no params)
 */
const DRAFT = {
  name: 'orders',
  nodes: [
    { id: 'start', type: 'trigger.manual' },
    { id: 'fetch', type: 'log.message', params: { message: 'hello' } },
    { id: 'check', type: 'flow.condition', params: { if: '{{ steps.fetch.output.vip }}' } },
    { id: 'greet', type: 'log.message', params: { message: '{{ steps.fetch.output.name }}' } },
  ],
  edges: [
    { from: 'start', to: 'fetch' },
    { from: 'fetch', to: 'check' },
    { from: 'check', to: 'greet', port: 'true' },
  ],
}

describe('test runs', () => {
  let world: World
  let authorization: string
  let sample: string

  beforeAll(async () => {
    world = await openWorld('postgres')
    authorization = await world.token('editor')
    await world.publish(DRAFT)
    await world.sql`UPDATE workflows SET draft = jsonb_set(draft, '{nodes,4}', '{"id":"broken","type":"http.request"}')`
    const operator = await world.token('operator')
    const started = await post('/runs', { workflow: 'orders', input: { n: 1 } }, { authorization: operator })
    sample = started.json().run.id
    const producer = await Producer.claim(world, sample)
    await producer.start()
    await producer.append([
      { type: 'step_succeeded', path: 'start', attempt: 1, taken: [0] },
      { type: 'step_succeeded', path: 'fetch', attempt: 1, output: { name: 'Ada' }, taken: [1] },
      { type: 'step_succeeded', path: 'check', attempt: 1, output: { result: false }, taken: [] },
    ])
  })
  afterAll(() => world.end())

  const post = (url: string, payload: object = {}, headers: Record<string, string> = {}) =>
    world.app.inject({
      method: 'POST',
      url: `/api/v1${url}`,
      headers: { authorization, ...headers },
      payload,
    })
  const test = (body: object, headers = {}) => post('/runs/test', { workflow: 'orders', ...body }, headers)
  const get = async (url: string) =>
    (await world.app.inject({ url: `/api/v1${url}`, headers: { authorization } })).json()
  const stored = async (runId: string) => {
    const [row] = await world.sql`SELECT seed, input, trigger FROM runs WHERE id = ${runId}`
    return row
  }

  it('runs the draft up to a step, without a version number, though the rest is unfinished', async () => {
    const answer = await test({ target: 'greet', input: { n: 2 } })
    expect(answer.statusCode).toBe(201)
    const { run } = answer.json()
    expect(run).toMatchObject({ workflowName: 'orders', version: null, status: 'pending', trigger: 'start' })
    const { definition } = await get(`/runs/${run.id}/definition`)
    expect(definition.nodes.map(({ id }: { id: string }) => id)).toEqual(['start', 'fetch', 'check', 'greet'])
    expect(await stored(run.id)).toEqual({ seed: { steps: {} }, input: { n: 2 }, trigger: 'start' })
  })

  it('gives pinned outputs instead of executing', async () => {
    const pins = { check: { output: { result: true }, ports: ['true'] }, broken: { output: 1 } }
    const { run } = (await test({ target: 'greet', pins })).json()
    expect(await stored(run.id)).toMatchObject({ seed: { steps: { check: pins.check } } })
    expect(Object.keys((await stored(run.id))?.['seed'].steps)).toEqual(['check'])
  })

  it('runs one step on the data of a sample, whichever way the sample went', async () => {
    const pins = { fetch: { output: { name: 'Grace' } } }
    const { run } = (await test({ target: 'greet', scope: 'step', sample, pins })).json()
    expect(await stored(run.id)).toEqual({
      trigger: 'start',
      input: { n: 1 },
      seed: {
        steps: {
          fetch: { output: { name: 'Grace' }, ports: ['main'] },
          check: { runId: sample, taken: [2] },
        },
      },
    })
  })

  it('refuses a step alone without data before it, and one that no trigger leads to', async () => {
    const alone = await test({ target: 'greet', scope: 'step' })
    expect(alone.json()).toMatchObject({ status: 422, code: 'NO_SAMPLE' })
    expect((await test({ target: 'nowhere' })).json()).toMatchObject({ status: 422, code: 'NO_SUCH_STEP' })
    await world.sql`UPDATE workflows SET draft = jsonb_set(draft, '{nodes,4,params}', '{"url":"https://a.example"}')`
    expect((await test({ target: 'broken' })).json()).toMatchObject({ code: 'NO_SUCH_TRIGGER' })
    await world.sql`UPDATE workflows SET draft = draft #- '{nodes,4,params}'`
  })

  it('names the problems of what would run, by their place in the draft', async () => {
    const answer = await test({ target: 'broken' })
    expect(answer.json()).toMatchObject({
      status: 422,
      code: 'INVALID_DEFINITION',
      problems: [{ pointer: '/nodes/4/params/url', code: 'INVALID_PARAM' }],
    })
    expect((await test({})).json().problems.length).toBeGreaterThan(1)
  })

  it('takes one snapshot of one draft, however many run it at once', async () => {
    const before = await snapshots()
    const answers = await Promise.all([1, 2, 3, 4].map(() => test({ target: 'check' })))
    expect(answers.map((answer) => answer.statusCode)).toEqual([201, 201, 201, 201])
    expect(await snapshots()).toBe(before + 1)
  })
  const snapshots = async () => (await world.sql`SELECT 1 FROM workflow_versions WHERE number IS NULL`).length

  it('lists test runs only when asked', async () => {
    const versions = async (query: string) =>
      (await get(`/runs${query}`)).items.map((run: { version: number | null }) => run.version)
    expect(new Set(await versions(''))).toEqual(new Set([1]))
    expect(new Set(await versions('?tests=only'))).toEqual(new Set([null]))
    expect(new Set(await versions('?tests=include'))).toEqual(new Set([1, null]))
  })

  it('makes one run of many requests with one key (I6), and none of a stale draft', async () => {
    const headers = { 'idempotency-key': 'test-1' }
    const [first, again] = [
      await test({ target: 'check' }, headers),
      await test({ target: 'check' }, headers),
    ]
    expect([first.statusCode, again.statusCode]).toEqual([201, 200])
    expect(again.json().run.id).toBe(first.json().run.id)
    const stale = await test({ target: 'check', draftRevision: 7 })
    expect(stale.json()).toMatchObject({ status: 409, code: 'DRAFT_CONFLICT', currentRevision: 1 })
  })

  it('keeps to its workspace and to those who may start runs (I9)', async () => {
    const viewer = await test({ target: 'check' }, { authorization: await world.token('viewer') })
    expect(viewer.statusCode).toBe(403)
    const away = await test({}, { authorization: await world.token('admin', world.awayId) })
    expect(away.statusCode).toBe(404)
    const nobody = '01890000-0000-7000-8000-000000000000'
    expect((await test({ target: 'check', scope: 'step', sample: nobody })).statusCode).toBe(404)
    await world.publish({ ...DRAFT, name: 'other' })
    const foreign = await post('/runs/test', { workflow: 'other', target: 'check', sample })
    expect(foreign.json()).toMatchObject({ status: 400, code: 'INVALID_REQUEST' })
    for (const bad of [{ target: '__proto__' }, { workflow: '\0' }, { pins: { a: 1 } }, { scope: 'all' }])
      expect((await test(bad)).statusCode).toBe(400)
  })
})
