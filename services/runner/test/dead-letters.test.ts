import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Producer } from './producer.js'
import { openWorld, simpleWorkflow, type World } from './world.js'

/**
 *   start ──▶ work        killed by its step, or by its data
 */
describe('dead letters', () => {
  let world: World
  let authorization: string

  beforeAll(async () => {
    world = await openWorld('postgres')
    authorization = await world.token('operator')
    await world.publish(simpleWorkflow('orders'))
  })
  afterAll(() => world.end())

  const call = (method: 'GET' | 'POST', url: string, payload?: object, as = authorization) =>
    world.app.inject({
      method,
      url: `/api/v1${url}`,
      headers: { authorization: as },
      ...(payload === undefined ? {} : { payload }),
    })
  const groups = async () => (await call('GET', '/dead-letters')).json().items
  const groupOf = async (code: string) =>
    (await groups()).find((group: { code: string }) => group.code === code)

  const die = async (error: object): Promise<string> => {
    const { run } = (await call('POST', '/runs', { workflow: 'orders' })).json()
    const producer = await Producer.claim(world, run.id)
    await producer.start()
    await producer.append([{ type: 'step_succeeded', path: 'start', attempt: 1, taken: [0] }])
    await producer.append([{ type: 'run_finished', status: 'failed' }])
    await world.sql`UPDATE runs SET status = 'failed', worker_id = NULL, finished_at = clock_timestamp(),
      error = ${JSON.stringify({ message: 'm', ...error })}::text::jsonb WHERE id = ${run.id}`
    return run.id
  }

  it('are the runs that the engine gave up, by code, workflow, version and step', async () => {
    const [first, second] = [
      await die({ code: 'POISON', details: { step: 'work' } }),
      await die({ code: 'POISON', details: { step: 'work' } }),
    ]
    await die({ code: 'UNSTORABLE_OUTPUT' })
    await die({ code: 'HTTP_STATUS' })
    expect(await groups()).toMatchObject([
      { code: 'UNSTORABLE_OUTPUT', workflowName: 'orders', version: 1, step: null, count: 1 },
      { code: 'POISON', workflowName: 'orders', version: 1, step: 'work', count: 2 },
    ])
    const { fingerprint } = await groupOf('POISON')
    const { letters } = (await call('GET', `/dead-letters/${fingerprint}`)).json()
    expect(letters.map((letter: { runId: string }) => letter.runId)).toEqual([second, first])
  })

  it('are discarded together, for a reason that is kept', async () => {
    const { fingerprint } = await groupOf('UNSTORABLE_OUTPUT')
    expect((await call('POST', `/dead-letters/${fingerprint}/discard`, {})).statusCode).toBe(400)
    const answer = await call('POST', `/dead-letters/${fingerprint}/discard`, { reason: 'known bug' })
    expect(answer.json()).toEqual({ discarded: 1 })
    expect(await groupOf('UNSTORABLE_OUTPUT')).toBeUndefined()
    expect(await world.sql`SELECT decision, reason FROM dead_letter_decisions`).toEqual([
      { decision: 'discarded', reason: 'known bug' },
    ])
    const again = await call('POST', `/dead-letters/${fingerprint}/discard`, { reason: 'known bug' })
    expect(again.statusCode).toBe(404)
  })

  it('are redriven as linked runs, each once', async () => {
    const { fingerprint } = await groupOf('POISON')
    const answers = await Promise.all(
      [1, 2].map(async () => (await call('POST', `/dead-letters/${fingerprint}/redrive`, {})).json()),
    )
    expect(answers.some((answer) => answer.redriven?.length === 2 && answer.left === 0)).toBe(true)
    const linked = await world.sql<{ count: number }[]>`
      SELECT count(*)::int AS count FROM runs WHERE origin_run_id IS NOT NULL GROUP BY origin_run_id`
    expect(linked.map(({ count }) => count)).toEqual([1, 1])
    expect(await groups()).toEqual([])
  })

  it('belong to their workspace, and are decided about by operators (I9)', async () => {
    await die({ code: 'CRASHED_STEP' })
    const { fingerprint } = await groupOf('CRASHED_STEP')
    const away = await world.token('operator', world.awayId)
    const viewer = await world.token('viewer')
    expect((await call('GET', '/dead-letters', undefined, away)).json().items).toEqual([])
    expect((await call('GET', `/dead-letters/${fingerprint}`, undefined, away)).statusCode).toBe(404)
    for (const action of ['discard', 'redrive']) {
      const body = action === 'discard' ? { reason: 'r' } : {}
      expect((await call('POST', `/dead-letters/${fingerprint}/${action}`, body, away)).statusCode).toBe(404)
      expect((await call('POST', `/dead-letters/${fingerprint}/${action}`, body, viewer)).statusCode).toBe(
        403,
      )
    }
    expect((await call('GET', '/dead-letters/no-fingerprint', undefined, viewer)).statusCode).toBe(400)
    expect((await call('GET', `/dead-letters/${fingerprint}`, undefined, viewer)).statusCode).toBe(200)
  })

  it('keep the fingerprint that was written with their end: no look works it out anew', async () => {
    const runId = await die({ code: 'CRASHED_STEP', details: { step: 'work' } })
    const [letter] = await world.sql`SELECT fingerprint, step FROM dead_letters WHERE run_id = ${runId}`
    expect(letter).toEqual({ fingerprint: (await groupOf('CRASHED_STEP')).fingerprint, step: 'work' })
    await world.sql`UPDATE dead_letters SET fingerprint = ${'0'.repeat(32)} WHERE run_id = ${runId}`
    expect((await groupOf('CRASHED_STEP')).fingerprint).toBe('0'.repeat(32))
    const failed = await die({ code: 'HTTP_STATUS' })
    expect(await world.sql`SELECT FROM dead_letters WHERE run_id = ${failed}`).toHaveLength(0)
  })
})
