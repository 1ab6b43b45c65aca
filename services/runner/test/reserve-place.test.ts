import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWorld, simpleWorkflow, type World } from './world.js'

describe('a workflow that refuses what it has no place for (D18)', () => {
  let world: World
  let authorization: string

  beforeAll(async () => {
    world = await openWorld('postgres')
    authorization = await world.token('operator')
    const concurrency = { limit: 2, key: '{{ trigger.customer }}', whenFull: 'reject' } as const
    await world.publish({ ...simpleWorkflow('strict'), settings: { concurrency } })
  })
  afterAll(() => world.end())

  const start = (customer: unknown, headers: Record<string, string> = {}) =>
    world.app.inject({
      method: 'POST',
      url: '/api/v1/runs',
      headers: { authorization, ...headers },
      payload: { workflow: 'strict', input: { customer } as object },
    })

  it('accepts as many as the limit of many at once, and answers 429 to the rest', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => start('ada')))
    const codes = answers.map((answer) => answer.statusCode)
    expect(codes.filter((code) => code === 201)).toHaveLength(2)
    expect(codes.filter((code) => code === 429)).toHaveLength(8)
    const refused = answers.find((answer) => answer.statusCode === 429)
    expect(refused?.json()).toMatchObject({ code: 'CONCURRENCY_LIMIT', hint: expect.any(String) })
    expect((await start('grace')).statusCode).toBe(201)
  })

  it('keeps no place for a request that has made its run before', async () => {
    const headers = { 'idempotency-key': 'once' }
    expect((await start('edsger', headers)).statusCode).toBe(201)
    expect((await start('edsger', headers)).statusCode).toBe(200)
    const rows = await world.sql`SELECT 1 FROM concurrency_slots WHERE key = 'edsger'`
    expect(rows).toHaveLength(1)
  })
})
