import { createHmac } from 'node:crypto'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
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
    await world.publish(hooked('fetch', { method: 'GET', auth: { kind: 'github', credential: 'shared' } }))
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
  const listening = async () => {
    if (!world.app.server.listening) await world.app.listen({ host: '127.0.0.1', port: 0 })
    return (world.app.server.address() as AddressInfo).port
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

  it('reads the body of a GET, which its signature is over, within the limit', async () => {
    const get = (payload: string, over = payload) => {
      const signature = `sha256=${createHmac('sha256', SECRET).update(over).digest('hex')}`
      const headers = { ...json, 'x-hub-signature-256': signature }
      return world.app.inject({ method: 'GET', url: '/hooks/home/fetch', headers, payload })
    }
    const answer = await get('{"n":1}')
    expect(await inputOf(answer.json().runId)).toMatchObject({ method: 'GET', body: { n: 1 } })
    expect(await inputOf((await get('')).json().runId)).toMatchObject({ body: null })
    expect((await get('{"n":1}', '')).statusCode).toBe(401)
    expect((await get('{"n"')).json()).toMatchObject({ status: 400, code: 'MALFORMED_JSON' })
    expect((await get('x'.repeat(1_048_577))).json()).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' })
  })

  it('reads the body of a GET in chunks, and answers one that grows too large', async () => {
    const port = await listening()
    const path = `/hooks/home/key?key=${encodeURIComponent(SECRET)}`
    const get = (chunks: string[]) =>
      new Promise<string>((resolve, reject) => {
        const headers = { ...json, 'transfer-encoding': 'chunked' }
        const sent = request({ port, host: '127.0.0.1', method: 'GET', path, headers }, (answer) => {
          text(answer).then(resolve, reject)
        })
        sent.on('error', reject)
        for (const chunk of chunks) sent.write(chunk)
        sent.end()
      })
    const { runId } = JSON.parse(await get(['{"n"', ':1}']))
    expect(await inputOf(runId)).toMatchObject({ body: { n: 1 } })
    const large = await get(Array.from({ length: 40 }, () => 'x'.repeat(65_536)))
    expect(JSON.parse(large)).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' })
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
    ['/hooks/open', 'POST'],
    ['/hooks/open', 'GET'],
    ['/hooks/home/open', 'PUT'],
    ['/hooks/home/%C3%A9', 'POST'],
    ['/hooks/%20/open', 'POST'],
    ['/hooks/home/a%2F..%2Fopen', 'POST'],
  ] as const)('knows nothing of %s %s', async (url, method) => {
    const answer = await world.app.inject({ method, url })
    expect(answer.json()).toMatchObject({
      status: 404,
      code: 'WEBHOOK_NOT_FOUND',
      hint: expect.stringContaining('/hooks/<workspace>/<path>'),
    })
  })

  it.each([
    ['broken JSON', '{"a":', json, 400, 'MALFORMED_JSON'],
    ['invalid UTF-8', Buffer.from([0x22, 0xff, 0x22]), json, 400, 'MALFORMED_JSON'],
    ['a depth of 100,000', '['.repeat(100_000), json, 400, 'JSON_TOO_DEEP'],
    ['over 1 MB', 'x'.repeat(1_100_000), json, 413, 'BODY_TOO_LARGE'],
  ] as const)('refuses %s', async (_what, body, headers, status, code) => {
    expect((await call('open', body, headers)).json()).toMatchObject({ status, code })
  })

  const bodyOf = async (body: string | Buffer, headers: Record<string, string>) => {
    const answer = await call('open', body, headers)
    expect(answer.statusCode).toBe(202)
    const input = (await inputOf(answer.json().runId)) as { body: unknown }
    return input.body
  }

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
    ['gzip, br', (text: string) => brotliCompressSync(gzipSync(text))],
    ['identity', (text: string) => Buffer.from(text)],
  ])('takes a body in %s', async (coding, pack) => {
    expect(await bodyOf(pack('{"n":1}'), { ...json, 'content-encoding': coding })).toEqual({ n: 1 })
  })

  it.each([
    ['zstd-of-tomorrow', 'x', 415, 'UNSUPPORTED_CONTENT_CODING'],
    ['gzip', 'not gzip', 400, 'INVALID_REQUEST'],
    ['gzip', gzipSync(Buffer.alloc(200 * 1024 * 1024)), 413, 'BODY_TOO_LARGE'],
    ['br', brotliCompressSync(Buffer.alloc(2 * 1024 * 1024)), 413, 'BODY_TOO_LARGE'],
  ])('refuses what is labelled %s and is no such thing, or too much', async (coding, body, status, code) => {
    const answer = await call('open', body, { ...json, 'content-encoding': coding })
    expect(answer.json()).toMatchObject({ status, code })
  })

  it('verifies a signature over the bytes as they were sent, and unpacks nothing before', async () => {
    const body = gzipSync('{"n":1}')
    const sign = (over: Buffer | string) => ({
      ...json,
      'content-encoding': 'gzip',
      'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(over).digest('hex')}`,
    })
    const answer = await call('github', body, sign(body))
    expect(await inputOf(answer.json().runId)).toMatchObject({ body: { n: 1 } })
    expect((await call('github', body, sign('{"n":1}'))).statusCode).toBe(401)
    expect((await call('github', 'not gzip', sign('other'))).statusCode).toBe(401)
  })

  const FORM = 'application/x-www-form-urlencoded'
  it.each([
    ['a form', `${FORM}`, 'a=1&a=2&b=caf%C3%A9+x', { a: ['1', '2'], b: 'café x' }],
    ['a form in latin1', `${FORM}; charset=iso-8859-1`, 'a=caf%E9', { a: 'café' }],
    [
      'a form that names its charset',
      FORM,
      '_charset_=windows-1252&a=%80',
      { _charset_: 'windows-1252', a: '€' },
    ],
    ['a form that is no UTF-8', FORM, 'a=caf%E9', { a: 'café' }],
    [
      'a form of which one value is no UTF-8',
      FORM,
      'n=J%C3%BCrgen&%C3%BC=caf%E9+x&%C3%BC=%80&%E9=%C3%A9',
      { n: 'Jürgen', ü: ['café x', '€'], é: 'é' },
    ],
    [
      'a form that is no text in its charset',
      `${FORM}; charset=utf-8`,
      'a=%E9',
      { base64: 'YT0lRTk=', contentType: `${FORM}; charset=utf-8`, size: 5 },
    ],
    ['text in latin1', 'text/plain; charset=iso-8859-1', Buffer.from('café', 'latin1'), 'café'],
    ['text in Shift JIS', 'text/plain; charset=shift_jis', Buffer.from([0x93, 0xfa]), '日'],
    [
      'text of an unknown charset',
      'text/plain; charset=klingon',
      'a',
      { base64: 'YQ==', contentType: 'text/plain; charset=klingon', size: 1 },
    ],
    ['JSON in latin1', 'application/json; charset=latin1', Buffer.from('{"a":"é"}', 'latin1'), { a: 'é' }],
    [
      'JSON with a byte order mark',
      'application/json',
      Buffer.from('\ufeff{"a":"é"}', 'utf16le'),
      { a: 'é' },
    ],
    [
      'a multipart form',
      'multipart/form-data; boundary="x y"',
      Buffer.concat([
        Buffer.from('preamble\r\n--x y\r\nContent-Disposition: form-data; name="a"\r\n\r\ncafé\r\n'),
        Buffer.from('--x y\r\ncontent-disposition: form-data; name=a\r\n\r\n\r\n'),
        Buffer.from(
          '--x y\r\nContent-Disposition: form-data; name="f"; filename="ü/zwei.png"\r\nContent-Type: image/png\r\n\r\n',
        ),
        Buffer.from([0x89, 0x50, 0xff, 0]),
        Buffer.from(
          '\r\n--x y\r\nContent-Disposition: form-data; name="t"; filename="t.txt"\r\nContent-Type: text/plain\r\n\r\nhi',
        ),
        Buffer.from(
          '\r\n--x y\r\nContent-Disposition: form-data; name="none"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n',
        ),
        Buffer.from('\r\n--x y--\r\n'),
      ]),
      {
        a: ['café', ''],
        f: { base64: 'iVD/AA==', contentType: 'image/png', size: 4, fileName: 'zwei.png' },
        t: { base64: 'aGk=', contentType: 'text/plain', size: 2, fileName: 't.txt' },
        none: null,
      },
    ],
    [
      'an image',
      'image/png',
      Buffer.from([0x89, 0x50, 0xff, 0]),
      { base64: 'iVD/AA==', contentType: 'image/png', size: 4 },
    ],
    ['nothing at all', 'image/png', '', null],
  ])('reads %s', async (_what, type, body, expected) => {
    expect(await bodyOf(body, { 'content-type': type })).toEqual(expected)
  })

  const part = (name: string, text: string) =>
    `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`
  it.each([
    ['without a boundary', 'multipart/form-data', part('a', '1')],
    ['that breaks off', 'multipart/form-data; boundary=x', part('a', '1').slice(0, -2)],
    ['with another boundary', 'multipart/form-data; boundary=y', `${part('a', '1')}--x--\r\n`],
    [
      'with a part without a name',
      'multipart/form-data; boundary=x',
      `${part('a', '1').replace('; name="a"', '')}--x--`,
    ],
    ['with a name of prototypes', 'multipart/form-data; boundary=x', `${part('__proto__', '1')}--x--`],
    ['of very many parts', 'multipart/form-data; boundary=x', `${part('a', '1').repeat(1_001)}--x--`],
  ])('refuses a multipart form %s', async (_what, type, body) => {
    const answer = await call('open', body, { 'content-type': type })
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'INVALID_REQUEST'])
  })

  it('gives the query as it came, without what proves who sent it', async () => {
    const answer = await call('open?b=%E9&a=1&a=2&empty', '')
    expect(await inputOf(answer.json().runId)).toMatchObject({
      query: { b: 'é', a: ['1', '2'], empty: '' },
      queryString: 'b=%E9&a=1&a=2&empty',
    })
    const mixed = await call('open?name=J%C3%BCrgen&note=caf%E9', '')
    expect(await inputOf(mixed.json().runId)).toMatchObject({ query: { name: 'Jürgen', note: 'café' } })
    const key = encodeURIComponent(SECRET)
    const signed = await world.app.inject({ url: `/hooks/home/key?x=1&k%65y=${key}&y=a+b` })
    expect(await inputOf(signed.json().runId)).toMatchObject({ queryString: 'x=1&y=a+b' })
  })

  it('makes one run of what comes twice under the id of its sender, whatever its bytes', async () => {
    const post = async (id: Record<string, string>, body: string) =>
      (await call('open', body, { ...json, ...id })).json()
    for (const name of ['x-github-delivery', 'webhook-id']) {
      const first = await post({ [name]: `d-1${name}` }, '{"a":1}')
      expect(await post({ [name]: `d-1${name}` }, '{ "a": 1 }')).toEqual(first)
      expect(await post({ [name]: `d-1${name}` }, '{"a":2}')).toEqual(first)
    }
    // The same text under another header is another delivery, whatever it brings.
    const runs = []
    for (const [index, name] of ['x-github-delivery', 'webhook-id', 'idempotency-key'].entries())
      runs.push((await post({ [name]: 'A1' }, `{"from":${index}}`)).runId)
    expect(await Promise.all(runs.map(inputOf))).toMatchObject([
      { body: { from: 0 } },
      { body: { from: 1 } },
      { body: { from: 2 } },
    ])
    // A key of the caller's own: the same request however it is written, and no other.
    const first = await post({ 'idempotency-key': 'k-1' }, '{"a":1,"b":2}')
    expect(await post({ 'idempotency-key': 'k-1' }, '{ "b": 2, "a": 1 }')).toEqual(first)
    expect(await post({ 'idempotency-key': 'k-1' }, '{"a":2,"b":2}')).toMatchObject({
      status: 422,
      code: 'IDEMPOTENCY_KEY_REUSED',
    })
  })

  it('says which methods a path takes, and starts nothing for who only looks', async () => {
    const before = await runCount()
    const ask = (method: 'OPTIONS' | 'HEAD', path: string) =>
      world.app.inject({ method, url: `/hooks/home/${path}` })
    const options = await ask('OPTIONS', 'open')
    expect([options.statusCode, options.headers['allow'], options.body]).toEqual([204, 'POST, OPTIONS', ''])
    expect((await ask('OPTIONS', 'key')).headers['allow']).toBe('GET, OPTIONS')
    const head = await ask('HEAD', 'key')
    expect([head.statusCode, head.headers['allow']]).toEqual([405, 'GET, OPTIONS'])
    for (const method of ['OPTIONS', 'HEAD'] as const) {
      const unknown = await ask(method, 'nothing')
      expect([unknown.statusCode, unknown.headers['allow']]).toEqual([404, undefined])
    }
    expect(await runCount()).toBe(before)
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

    it.each([
      ['bytes', 200, {}, { base64: 'iVD//gAB', contentType: 'image/png', size: 6 }, 'image/png', 'iVD//gAB'],
      [
        'text in a charset',
        200,
        { 'content-type': 'text/plain; charset=latin1' },
        'é',
        'text/plain; charset=latin1',
        '6Q==',
      ],
      ['a text of its own', 200, {}, 'hi', 'application/json; charset=utf-8', 'ImhpIg=='],
      ['nothing, by its status', 205, {}, 'x', undefined, ''],
      ['nothing, as it is not modified', 304, { etag: '"1"' }, 'x', undefined, ''],
    ])('sends %s', async (_what, status, headers, body, type, base64) => {
      const { answer, producer } = await begin()
      await producer.start()
      await producer.append([replied], { response: { status, headers, body } })
      const sent = await answer
      expect({ status: sent.statusCode, base64: sent.rawPayload.toString('base64') }).toEqual({
        status,
        base64,
      })
      expect(sent.headers['content-type']).toBe(type)
    })

    it.each([
      ['JSON', 1],
      ['bytes', { base64: 'iVD//gAB', contentType: 'image/png', size: 6 }],
    ])('sends headers in Latin-1, whatever the body: %s', async (_what, body) => {
      const port = await listening()
      const before = await newestRun()
      const header = new Promise<unknown>((resolve, reject) => {
        const path = '/hooks/home/answer'
        request({ port, host: '127.0.0.1', method: 'POST', path }, (answer) => {
          answer.resume().on('end', () => resolve(answer.headers['x-name']))
        })
          .on('error', reject)
          .end()
      })
      await expect.poll(newestRun).not.toBe(before)
      const producer = await Producer.claim(world, await newestRun())
      await producer.start()
      await producer.append([replied], { response: { status: 200, headers: { 'x-name': 'Zoë' }, body } })
      expect(await header).toBe('Zoë')
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

    const callersOf = async (runId: string) => {
      const rows = await world.sql<{ change: number }[]>`
        SELECT (message->>'change')::int AS change FROM run_inbox
        WHERE run_id = ${runId} AND message->>'kind' = 'callers' ORDER BY id`
      return rows.map(({ change }) => change)
    }

    it('tells the run when its caller has gone, or another waits for the same delivery', async () => {
      const port = await listening()
      const headers = { 'webhook-id': 'gone-1' }
      const before = await newestRun()
      const caller = request({ port, host: '127.0.0.1', method: 'POST', path: '/hooks/home/answer', headers })
      caller.on('error', () => {}).end()
      await expect.poll(newestRun).not.toBe(before)
      const runId = await newestRun()
      caller.destroy()
      await expect.poll(() => callersOf(runId)).toEqual([-1])
      const again = call('answer', '', headers)
      await expect.poll(() => callersOf(runId)).toEqual([-1, 1])
      const producer = await Producer.claim(world, runId)
      await producer.start()
      await producer.append([replied], { response: { status: 200, headers: {}, body: 'kept' } })
      expect((await again).json()).toBe('kept')
      expect(await callersOf(runId)).toEqual([-1, 1])
    })

    it('tells the run when it has sent its caller away', async () => {
      const { runId } = (await call('hurry')).json()
      await expect.poll(() => callersOf(runId)).toEqual([-1])
    })

    it('gives the URL of the run when the time is up', async () => {
      const answer = await call('hurry')
      expect(answer.statusCode).toBe(202)
      expect(answer.json()).toHaveProperty('statusUrl')
    })
  })
})
