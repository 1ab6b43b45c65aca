import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWorld, simpleWorkflow, type World } from './world.js'

let world: World
let authorization: string

beforeAll(async () => {
  world = await openWorld('postgres')
  authorization = await world.token('admin')
  await world.publish(simpleWorkflow('w'))
})
afterAll(async () => {
  await world.end()
})

const post = (path: string, payload: object, headers: Record<string, string> = {}) =>
  world.app.inject({
    method: 'POST',
    url: `/api/v1${path}`,
    headers: { authorization, ...headers },
    payload,
  })

describe('a request of the same meaning under the same idempotency key', () => {
  it.each([
    ['no input', { workflow: 'w' }, { workflow: 'w', input: null }],
    ['the input null', { workflow: 'w', input: null }, { workflow: 'w' }],
    [
      'keys in another order, at any depth',
      { workflow: 'w', input: { a: { b: 1, c: 2 } } },
      { input: { a: { c: 2, b: 1 } }, workflow: 'w' },
    ],
  ])('is the same: %s', async (key, first, second) => {
    const headers = { 'idempotency-key': key }
    const made = await post('/runs', first, headers)
    expect(made.statusCode).toBe(201)
    const again = await post('/runs', second, headers)
    expect(again.statusCode).toBe(200)
    expect(again.json()).toMatchObject({ replayed: true, run: { id: made.json().run.id } })
  })

  it.each([
    ['10000000000000000000000', '1e22'],
    ['1e2', '100.0'],
    ['1152921504606846976', '1.152921504606846976e18'],
  ])('is the same however a number is written: %s and %s', async (first, second) => {
    const start = (number: string) =>
      world.app.inject({
        method: 'POST',
        url: '/api/v1/runs',
        headers: { authorization, 'content-type': 'application/json', 'idempotency-key': first },
        payload: `{"workflow":"w","input":{"n":[${number}]}}`,
      })
    const made = await start(first)
    expect(made.statusCode).toBe(201)
    expect((await start(second)).json()).toMatchObject({ replayed: true, run: { id: made.json().run.id } })
    expect((await start(`${first}1`)).json().code).toBe('IDEMPOTENCY_KEY_REUSED')
  })

  it('is no request with a version beyond all numbers, which is told as a number', async () => {
    const answer = await world.app.inject({
      method: 'POST',
      url: '/api/v1/runs',
      headers: { authorization, 'content-type': 'application/json' },
      payload: '{"workflow":"w","version":99999999999999999999}',
    })
    expect(answer.json()).toMatchObject({
      code: 'INVALID_REQUEST',
      detail: 'body/version: Invalid input: expected a number within ±9007199254740991',
    })
  })

  it('is another with another input', async () => {
    const headers = { 'idempotency-key': 'other' }
    await post('/runs', { workflow: 'w', input: null }, headers)
    expect((await post('/runs', { workflow: 'w', input: {} }, headers)).json().code).toBe(
      'IDEMPOTENCY_KEY_REUSED',
    )
  })

  it('is the same for a test run, unless a sample gives the input', async () => {
    const headers = { 'idempotency-key': 'test' }
    const made = await post('/runs/test', { workflow: 'w' }, headers)
    expect(made.statusCode).toBe(201)
    const again = await post('/runs/test', { workflow: 'w', input: null, scope: 'path', pins: {} }, headers)
    expect(again.json()).toMatchObject({ replayed: true, run: { id: made.json().run.id } })
    const sample = made.json().run.id
    const other = { 'idempotency-key': 'sampled' }
    await post('/runs/test', { workflow: 'w', sample }, other)
    const changed = await post('/runs/test', { workflow: 'w', sample, input: null }, other)
    expect(changed.json().code).toBe('IDEMPOTENCY_KEY_REUSED')
  })

  it('is the same for an event without key and payload', async () => {
    expect((await post('/events', { name: 'e', id: 'one' })).statusCode).toBe(202)
    const again = await post('/events', { name: 'e', id: 'one', key: '', payload: null })
    expect(again.json()).toMatchObject({ replayed: true })
  })
})

const YEAR_ONE = '0001-01-01T00:00:00.000Z'

describe('a number or a moment that Postgres cannot hold', () => {
  it.each([2 ** 31, 2 ** 53, 1e300, -1, 0, 1.5])('is refused as a version: %d', async (version) => {
    const answers = [
      await post('/runs', { workflow: 'w', version }),
      await post('/runs/test', { workflow: 'w', draftRevision: version }),
      await post('/runs/bulk/preview', { action: 'cancel', filter: { version } }),
      await world.app.inject({ url: `/api/v1/runs?version=${version}`, headers: { authorization } }),
    ]
    for (const answer of answers)
      expect(answer.json()).toMatchObject({ status: 400, code: 'INVALID_REQUEST', hint: expect.any(String) })
  })

  it.each([
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    '+275760-09-13T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00:00',
    '2026-01-01T00:00:00+24:00',
  ])('is refused as a time: %s', async (moment) => {
    for (const name of ['createdFrom', 'createdTo']) {
      const query = `${name}=${encodeURIComponent(moment)}`
      const listed = await world.app.inject({ url: `/api/v1/runs?${query}`, headers: { authorization } })
      const bulk = await post('/runs/bulk/preview', { action: 'cancel', filter: { [name]: moment } })
      for (const answer of [listed, bulk])
        expect(answer.json()).toMatchObject({ status: 400, code: 'INVALID_REQUEST' })
    }
  })

  it.each([
    YEAR_ONE,
    '9999-12-31T23:59:59.999Z',
    '2024-02-29T12:00:00+05:30',
    '2026-01-01T00:00:00.123456789Z',
  ])('is understood at the edge: %s', async (moment) => {
    const query = `createdFrom=${encodeURIComponent(moment)}&createdTo=${encodeURIComponent(moment)}`
    const answer = await world.app.inject({ url: `/api/v1/runs?${query}`, headers: { authorization } })
    expect(answer.json()).toEqual({ items: [], nextCursor: null })
  })
})
