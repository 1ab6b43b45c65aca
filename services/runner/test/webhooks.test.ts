import { createHmac } from 'node:crypto'
import type { DefinitionInput } from '@millrace/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Producer } from './producer.js'
import { openWorld, type World } from './world.js'

const SECRET = "It's a Secret to Everybody"

/** `hook → reply` */
const hooked = (
  name: string,
  params: Record<string, unknown>,
  settings: DefinitionInput['settings'] = undefined,
) => ({
  name,
  nodes: [
    { id: 'hook', type: 'trigger.webhook', params: { path: name, ...params } as never },
    { id: 'reply', type: 'http.respond', params: { status: 201, body: 'done' } },
  ],
  edges: [{ from: 'hook', to: 'reply' }],
  ...(settings === undefined ? {} : { settings }),
})

describe('webhooks', () => {
  let world: World

  beforeAll(async () => {
    world = await openWorld('postgres')
    await world.addSecret('shared', SECRET)
    await world.publish(hooked('open', {}))
    await world.publish(hooked('github', { auth: { kind: 'github', credential: 'shared' } }))
    await world.publish(hooked('unset', { auth: { kind: 'github', credential: 'missing' } }))
    await world.publish(
      hooked('key', {
        method: 'GET',
        auth: { kind: 'api-key', in: 'query', name: 'key', credential: 'shared' },
      }),
    )
    await world.publish(hooked('office', { allowIps: ['192.0.2.0/24'] }))
    await world.publish(hooked('answer', { respond: 'result' }))
    await world.publish(hooked('hurry', { respond: 'result' }, { responseTimeoutMs: 20 }))
  })

  afterAll(async () => {
    await world.end()
  })

  const call = (path: string, body: string | Buffer = '', headers: Record<string, string> = {}) =>
    world.app.inject({ method: 'POST', url: `/hooks/home/${path}`, headers, payload: body })
  const json = { 'content-type': 'application/json' }
  const inputOf = async (runId: string) => (await world.store.getRun(world.workspaceId, runId))?.input
  const newestRun = async () => {
    const page = await world.store.listRuns(world.workspaceId, {}, null, 1)
    return page.items[0]?.id ?? ''
  }
  const runCount = async () => {
    const [row] = await world.sql<[{ n: number }]>`SELECT count(*)::int AS n FROM runs`
    return row.n
  }

  it('starts a run with what came, without what proves who sent it (I8)', async () => {
    const answer = await call('open?a=1&b=2&b=3', '{"name":"Ada"}', {
      ...json,
      authorization: 'Bearer secret',
      cookie: 'sid=secret',
      'x-trace': 't',
    })
    expect(answer.statusCode).toBe(202)
    const { runId, statusUrl } = answer.json()
    expect(statusUrl).toBe(`/api/v1/runs/${runId}`)
    const input = await inputOf(runId)
    expect(input).toMatchObject({
      method: 'POST',
      path: 'open',
      query: { a: '1', b: ['2', '3'] },
      headers: { 'x-trace': 't', 'content-type': 'application/json' },
      body: { name: 'Ada' },
    })
    expect(JSON.stringify(input)).not.toContain('secret')
  })

  it('needs nothing of the database but the insert once it is warm', async () => {
    await call('open')
    const answer = await world.sql.begin(async (sql) => {
      await sql`LOCK TABLE workspaces, webhooks, workflows, workflow_versions, credentials`
      return await call('open')
    })
    expect(answer.statusCode).toBe(202)
  })

  it('takes a delivery signed by GitHub, and makes one run of the same delivery (I6)', async () => {
    const body = '{"action":"opened"}'
    const headers = {
      ...json,
      'x-github-event': 'issues',
      'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
    }
    const answers = await Promise.all(Array.from({ length: 10 }, () => call('github', body, headers)))
    expect(answers.map((answer) => answer.statusCode)).toEqual(answers.map(() => 202))
    expect(new Set(answers.map((answer) => answer.json().runId)).size).toBe(1)
    const input = await inputOf(answers[0]?.json().runId)
    expect(input).toMatchObject({ headers: { 'x-github-event': 'issues' }, body: { action: 'opened' } })
    expect(JSON.stringify(input)).not.toContain('sha256=')
  })

  it.each([
    ['no signature', {}],
    ['a wrong one', { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }],
    ['the old algorithm', { 'x-hub-signature': `sha1=${'0'.repeat(40)}` }],
  ])('refuses %s, and starts nothing', async (_what, headers) => {
    const before = await runCount()
    // Not even JSON: nothing is parsed before the request has been verified.
    const answer = await call('github', '{"broken', { ...json, ...headers })
    expect(answer.json()).toMatchObject({ status: 401, code: 'WEBHOOK_UNAUTHORIZED' })
    expect(await runCount()).toBe(before)
  })

  it('refuses everything without a secret (fails closed)', async () => {
    const signature = `sha256=${createHmac('sha256', '').update('').digest('hex')}`
    const answer = await call('unset', '', { 'x-hub-signature-256': signature })
    expect(answer.json()).toMatchObject({ status: 401, code: 'WEBHOOK_NOT_CONFIGURED' })
  })

  it('takes an API key from the query and keeps it out of the run (I8)', async () => {
    const get = (query: string) => world.app.inject({ url: `/hooks/home/key${query}` })
    const answer = await get(`?key=${encodeURIComponent(SECRET)}&x=1`)
    expect(answer.statusCode).toBe(202)
    expect(await inputOf(answer.json().runId)).toMatchObject({ query: { x: '1' }, body: null })
    expect(JSON.stringify(await inputOf(answer.json().runId))).not.toContain('Secret')
    expect((await get('?key=wrong')).statusCode).toBe(401)
    expect((await get('')).statusCode).toBe(401)
  })

  it('lets in only the addresses of its list', async () => {
    const from = (remoteAddress: string) =>
      world.app.inject({ method: 'POST', url: '/hooks/home/office', remoteAddress })
    expect((await from('192.0.2.9')).statusCode).toBe(202)
    expect((await from('198.51.100.9')).json()).toMatchObject({ code: 'WEBHOOK_UNAUTHORIZED' })
  })

  it.each([
    ['/hooks/home/nothing', 'POST'],
    ['/hooks/away/open', 'POST'],
    ['/hooks/home/open', 'PUT'],
    ['/hooks/home/%C3%A9', 'POST'],
    ['/hooks/%20/open', 'POST'],
    ['/hooks/home/a%2F..%2Fopen', 'POST'],
  ] as const)('knows nothing of %s %s', async (url, method) => {
    expect((await world.app.inject({ method, url })).statusCode).toBe(404)
  })

  it.each([
    ['broken JSON', '{"a":', json, 400, 'MALFORMED_JSON'],
    ['invalid UTF-8', Buffer.from([0x22, 0xff, 0x22]), json, 400, 'MALFORMED_JSON'],
    ['a depth of 100,000', '['.repeat(100_000), json, 400, 'JSON_TOO_DEEP'],
    ['over 1 MB', 'x'.repeat(1_100_000), json, 413, 'BODY_TOO_LARGE'],
  ] as const)('refuses %s', async (_what, body, headers, status, code) => {
    expect((await call('open', body, headers)).json()).toMatchObject({ status, code })
  })

  it('sees a new version and a new secret within a second', async () => {
    await world.publish(hooked('moving', {}))
    expect((await call('moving')).statusCode).toBe(202)
    await world.publish(hooked('moving', { auth: { kind: 'github', credential: 'later' } }))
    await expect.poll(async () => (await call('moving')).statusCode, { timeout: 3_000 }).toBe(401)
    await world.addSecret('later', SECRET)
    const headers = {
      'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update('').digest('hex')}`,
    }
    await expect
      .poll(async () => (await call('moving', '', headers)).statusCode, { timeout: 3_000 })
      .toBe(202)
  })

  describe('that waits for the result', () => {
    const begin = async () => {
      const before = await newestRun()
      const answer = call('answer')
      await expect.poll(newestRun).not.toBe(before)
      return { answer, producer: await Producer.claim(world, await newestRun()) }
    }
    const replied = { type: 'step_succeeded' as const, path: 'reply', attempt: 1, taken: [] }

    it('sends what http.respond has stored, and no header that is not its to set', async () => {
      const { answer, producer } = await begin()
      await producer.start()
      await producer.append([replied], {
        response: {
          status: 201,
          headers: {
            'Content-Type': 'text/plain',
            'X-Own': 'yes',
            'Set-Cookie': 'a=b',
            Connection: 'close',
            'Content-Length': '1',
            'bad name': 'x',
          },
          body: 'thanks',
        },
      })
      const { statusCode, headers, body } = await answer
      expect({ statusCode, body }).toEqual({ statusCode: 201, body: 'thanks' })
      expect(headers).toMatchObject({ 'content-type': 'text/plain', 'x-own': 'yes', 'content-length': '6' })
      expect(headers).not.toHaveProperty('set-cookie')
      expect(headers).not.toHaveProperty('bad name')
    })

    it('gives the output of a run that ended without a response', async () => {
      const { answer, producer } = await begin()
      await producer.start()
      await producer.finish({ total: 3 })
      expect((await answer).statusCode).toBe(200)
      expect((await answer).json()).toEqual({ total: 3 })
    })

    it('gives a problem with the id of a run that failed', async () => {
      const { answer, producer } = await begin()
      await producer.start()
      await producer.append([
        { type: 'run_finished', status: 'failed', error: { code: 'NODE_FAILED', message: 'no' } },
      ])
      expect((await answer).json()).toMatchObject({
        status: 500,
        code: 'RUN_FAILED',
        runId: await newestRun(),
      })
    })

    it('gives the URL of the run when the time is up', async () => {
      const answer = await call('hurry')
      expect(answer.statusCode).toBe(202)
      expect(answer.json()).toHaveProperty('statusUrl')
    })
  })
})
