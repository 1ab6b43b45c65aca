import { waitFor } from '@millrace/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ended, openWorld, type Version, type World } from '../durability/world.js'

/** start → tell (gives the URL away) → wait → end */
let world: World
let version: Version
beforeAll(async () => {
  world = await openWorld()
  world.scheduler()
  await world.worker()
  version = await world.publish({
    nodes: [
      { id: 'tell', type: 'transform.json', params: { expression: 'run.resumeUrls.wait' } },
      {
        id: 'held',
        type: 'http.request',
        params: { method: 'GET', url: `${world.upstream.url}/{{ trigger.hold }}` },
      },
      { id: 'wait', type: 'flow.wait', params: { for: 'resume' } },
    ],
  })
})
afterAll(() => world.end())

const urlOf = (runId: string): Promise<string> =>
  waitFor(
    async () => {
      const told = (await world.events(runId)).find(
        (event) => event.type === 'step_succeeded' && event.path === 'tell',
      )
      return told?.type === 'step_succeeded' && typeof told.output === 'string' && told.output
    },
    { what: 'the URL', timeoutMs: 20_000 },
  )
const pathOf = (url: string): string => new URL(url).pathname
const waiting = (runId: string) =>
  waitFor(async () => (await world.run(runId)).workerId === null, { what: 'the park', timeoutMs: 20_000 })

it('resumes the run with what it was sent; of ten calls at once one wins (D14)', async () => {
  const runId = await world.start(version, { hold: 'free' })
  const path = pathOf(await urlOf(runId))
  await waitFor(async () => (await world.run(runId)).status === 'waiting', { what: 'the park' })
  await waiting(runId)
  const answers = await Promise.all(Array.from({ length: 10 }, (_, caller) => world.call(path, { caller })))
  const winners = answers.flatMap((answer, caller) => (answer.status === 202 ? [caller] : []))
  expect(winners).toHaveLength(1)
  for (const answer of answers.filter(({ status }) => status !== 202))
    expect(answer.json()).toMatchObject({ status: 409, code: 'WAIT_RESOLVED' })
  expect(await ended(world, runId)).toBe('completed')
  expect((await world.run(runId)).output).toEqual({ caller: winners[0] })
})

it('may be called before the run comes to its wait, once', async () => {
  world.upstream.hold('/early')
  const runId = await world.start(version, { hold: 'early' })
  const path = pathOf(await urlOf(runId))
  expect((await world.call(path, { early: 1 })).json()).toMatchObject({ runId, path: 'wait', early: true })
  expect((await world.call(path, { early: 2 })).status).toBe(409)
  ;(await world.upstream.nth('/early', 1)).answer()
  expect(await ended(world, runId)).toBe('completed')
  expect((await world.run(runId)).output).toEqual({ early: 1 })
})

it('tells of a run that has ended', async () => {
  world.upstream.hold('/gone')
  const runId = await world.start(version, { hold: 'gone' })
  const path = pathOf(await urlOf(runId))
  await world.cancel(runId)
  expect(await ended(world, runId)).toBe('cancelled')
  expect((await world.call(path)).json()).toMatchObject({ status: 409, code: 'RUN_FINISHED' })
})

it('takes only what it has signed', async () => {
  const runId = await world.start(version, { hold: 'free' })
  const path = pathOf(await urlOf(runId))
  const [body = '', mac = ''] = path.slice('/resume/'.length).split('.')
  const other = Buffer.from(JSON.stringify([runId, 'other'])).toString('base64url')
  const flipped = `${mac.startsWith('A') ? 'B' : 'A'}${mac.slice(1)}`
  for (const forged of [
    `${other}.${mac}`,
    `${body}.${flipped}`,
    body,
    `${body}.`,
    '.',
    'x'.repeat(3_000),
    '%00',
  ])
    expect([400, 401, 404, 414]).toContain((await world.call(`/resume/${forged}`)).status)
  expect((await world.call(path, { text: 'a\u0000b' })).json()).toMatchObject({ status: 400 })
})

it('is not needed by people who may operate the run', async () => {
  const runId = await world.start(version, { hold: 'free' })
  await waitFor(async () => (await world.run(runId)).status === 'waiting', { what: 'the park' })
  const resume = () => world.post(`/runs/${runId}/resume-step`, { path: 'wait', payload: { paid: 7 } })
  expect((await resume()).json()).toEqual({ runId, path: 'wait', early: false })
  expect(await ended(world, runId)).toBe('completed')
  expect((await world.run(runId)).output).toEqual({ paid: 7 })
  expect((await resume()).status).toBe(409)
})

/** start → each[ tell → ask ]: every item gives a URL of its own away */
it('ends the wait of one item of a map, by the URL that the item gave away', async () => {
  const body = {
    nodes: [
      {
        id: 'tell',
        type: 'http.request',
        params: {
          method: 'POST',
          url: `${world.upstream.url}/told/{{ item }}`,
          body: '{{ run.resumeUrls.ask }}',
        },
      },
      { id: 'ask', type: 'flow.wait', params: { for: 'resume' } },
    ],
    edges: [{ from: 'tell', to: 'ask' }],
  }
  const each = { id: 'each', type: 'flow.map', params: { items: ['a', 'b'], concurrency: 2 }, body }
  const runId = await world.start(await world.publish({ nodes: [each] }))
  for (const item of ['b', 'a']) {
    const { body: told } = await world.upstream.nth(`/told/${item}`, 1, 20_000)
    const answer = await world.call(pathOf(told), { item })
    expect(answer.json()).toMatchObject({ runId, path: `each[${item === 'a' ? 0 : 1}].ask` })
  }
  expect(await ended(world, runId)).toBe('completed')
  expect((await world.run(runId)).output).toEqual([{ item: 'a' }, { item: 'b' }])
})
