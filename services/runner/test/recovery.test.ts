import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Producer } from './producer.js'
import { openWorld, simpleWorkflow, type World } from './world.js'

describe('recovery routes', () => {
  let world: World
  let authorization: string
  let finished: string

  beforeAll(async () => {
    world = await openWorld('postgres')
    authorization = await world.token('operator')
    await world.publish(simpleWorkflow('orders'))
    finished = await start()
    const producer = await Producer.claim(world, finished)
    await producer.start()
    await producer.append([{ type: 'step_succeeded', path: 'start', attempt: 1, taken: [0] }])
    await producer.append([{ type: 'run_finished', status: 'failed' }])
    await world.sql`UPDATE runs SET status = 'failed' WHERE id = ${finished}`
  })
  afterAll(() => world.end())

  const post = (url: string, payload: object = {}, headers: Record<string, string> = {}) =>
    world.app.inject({
      method: 'POST',
      url: `/api/v1${url}`,
      headers: { authorization, ...headers },
      payload,
    })
  const start = async (): Promise<string> => (await post('/runs', { workflow: 'orders' })).json().run.id
  const ACTIONS = [
    'pause',
    'resume',
    'retry',
    'retry/preview',
    'rerun',
    'rerun/preview',
    'undo',
    'undo/preview',
  ]
  const bodyOf = (action: string) => (action.startsWith('rerun') ? { from: 'work' } : {})

  it.each(ACTIONS)(
    '%s: 404 for runs of nobody and of others, 403 for viewers, 400 for bad input (I9)',
    async (action) => {
      const nobody = '01890000-0000-7000-8000-000000000000'
      expect((await post(`/runs/${nobody}/${action}`, bodyOf(action))).statusCode).toBe(404)
      const away = await world.token('operator', world.awayId)
      const foreign = await post(`/runs/${finished}/${action}`, bodyOf(action), { authorization: away })
      expect(foreign.json()).toMatchObject({ status: 404, code: 'NOT_FOUND' })
      const viewer = await world.token('viewer')
      const denied = await post(`/runs/${finished}/${action}`, bodyOf(action), { authorization: viewer })
      expect(denied.statusCode).toBe(403)
      for (const bad of [{ from: 7 }, { nonsense: true }, { from: '\u0000' }, { version: 3 }, []]) {
        const answer = await post(`/runs/${finished}/${action}`, bad)
        expect([400, 422]).toContain(answer.statusCode)
      }
      expect((await post(`/runs/no-id/${action}`, bodyOf(action))).statusCode).toBe(400)
    },
  )

  it('retries only what has finished', async () => {
    const running = await start()
    const answer = await post(`/runs/${running}/retry`)
    expect(answer.json()).toMatchObject({ status: 409, code: 'RUN_NOT_FINISHED' })
  })

  it('undoes only what has finished, and only where something can be undone', async () => {
    expect((await post(`/runs/${await start()}/undo`)).json()).toMatchObject({ code: 'RUN_NOT_FINISHED' })
    const answer = await post(`/runs/${finished}/undo`)
    expect(answer.json()).toMatchObject({ status: 409, code: 'NOTHING_TO_UNDO' })
    // The key of an undo is ours: nobody else may take it before.
    const key = { 'idempotency-key': `undo:${finished}:0` }
    const taken = await post('/runs', { workflow: 'orders' }, key)
    expect(taken.json()).toMatchObject({ status: 400, code: 'INVALID_REQUEST' })
  })

  it('names a step that does not exist', async () => {
    const answer = await post(`/runs/${finished}/rerun`, { from: 'nowhere' })
    expect(answer.json()).toMatchObject({ status: 422, code: 'NO_SUCH_STEP' })
  })

  it('makes one run of many requests with one key (I6)', async () => {
    const headers = { 'idempotency-key': 'retry-1' }
    const answers = await Promise.all([1, 2, 3].map(() => post(`/runs/${finished}/retry`, {}, headers)))
    expect(new Set(answers.map((answer) => answer.json().run.id)).size).toBe(1)
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([200, 200, 201])
    const other = await post(`/runs/${finished}/retry`, { from: 'start' }, headers)
    expect(other.json()).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
  })

  it('takes the version published now when asked, and needs the trigger to be in it', async () => {
    await world.publish(simpleWorkflow('orders'))
    const answer = await post(`/runs/${finished}/retry`, { version: 'latest' })
    expect(answer.json()).toMatchObject({ run: { version: 2 }, plan: { version: 2 } })
    const nodes = [{ id: 'other', type: 'trigger.manual' }]
    await world.publish({ name: 'orders', nodes, edges: [] })
    const gone = await post(`/runs/${finished}/retry/preview`, { version: 'latest' })
    expect(gone.json()).toMatchObject({ status: 422, code: 'NO_SUCH_TRIGGER' })
  })

  it('asks before a write runs again that its author does not want repeated, once it may have been sent (I5)', async () => {
    const send = (id: string, onCrash: 'fail' | 'retry', method: string) => ({
      ...{ id, type: 'http.request', onCrash, params: { url: 'https://shop.example', method } },
    })
    const body = { nodes: [send('inside', 'fail', 'POST')], edges: [] }
    await world.publish({
      name: 'unsure',
      nodes: [
        { id: 'start', type: 'trigger.manual' },
        send('pay', 'fail', 'POST'),
        send('mail', 'retry', 'POST'),
        send('look', 'fail', 'GET'),
        send('never', 'fail', 'POST'),
        { id: 'each', type: 'flow.map', params: { items: '{{ [1, 2] }}' }, body },
      ],
      edges: ['pay', 'mail', 'look', 'each']
        .map((to) => ({ from: 'start', to }))
        .concat({ from: 'mail', to: 'never' }),
    })
    const run = (await post('/runs', { workflow: 'unsure' })).json().run.id
    const producer = await Producer.claim(world, run)
    await producer.start()
    await producer.append([{ type: 'step_succeeded', path: 'start', attempt: 1, taken: [0, 1, 2, 3] }])
    for (const path of ['pay', 'mail', 'look', 'each', 'each[1].inside'])
      await producer.append([{ type: 'step_started', path, attempt: 1 }])
    await producer.append([{ type: 'run_finished', status: 'failed' }])
    await world.sql`UPDATE runs SET status = 'failed' WHERE id = ${run}`

    const plan = (await post(`/runs/${run}/retry/preview`)).json()
    expect(plan.repeatedWrites).toEqual(['pay', 'each[1].inside'])
    const repeats = plan.runs.filter((step: { repeats: boolean }) => step.repeats)
    expect(repeats.map(({ path }: { path: string }) => path).sort()).toEqual(['each', 'pay'])
    const asked = await post(`/runs/${run}/retry`)
    expect([asked.statusCode, asked.json()]).toMatchObject([
      409,
      { code: 'CONFIRM_REQUIRED', detail: expect.stringContaining('pay, each[1].inside') },
    ])
    expect((await post(`/runs/${run}/retry`, { confirm: true })).statusCode).toBe(201)
  })
})
