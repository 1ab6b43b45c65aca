import type { Json } from '@millrace/contracts'
import { describe, expect, it } from 'vitest'
import type { NodeHttpRequest, NodeHttpResponse } from '../src/index.js'
import { execute, type Outside, outputOf } from './context.js'

const answer = (status: number, body = '', headers: Record<string, string> = {}): NodeHttpResponse => ({
  status,
  headers,
  body: Buffer.from(body),
})
const ok = answer(200, '{"a":1}', { 'Content-Type': 'application/json; charset=utf-8' })

const send = async (params: Record<string, Json>, outside: Outside = {}): Promise<NodeHttpRequest> => {
  const sent: NodeHttpRequest[] = []
  await execute('http.request', params, {
    ...outside,
    http: async (request) => {
      sent.push(request)
      return ok
    },
  })
  expect(sent).toHaveLength(1)
  return sent[0]!
}

const receive = (response: NodeHttpResponse, params: Record<string, Json> = {}, outside: Outside = {}) =>
  outputOf(
    'http.request',
    { url: 'https://a.example', ...params },
    { ...outside, http: async () => response },
  )

const url = 'https://a.example/x?a=1'

describe('the request', () => {
  it('adds the query to the URL', async () => {
    const query = { b: 'x y', c: [1, true], d: null }
    expect((await send({ url, query })).url).toBe('https://a.example/x?a=1&b=x+y&c=1&c=true')
  })

  it('sends JSON as JSON and a string as it is', async () => {
    const asJson = await send({ url, method: 'POST', body: { a: null } })
    expect(asJson).toMatchObject({ body: '{"a":null}', headers: { 'content-type': 'application/json' } })
    const asText = await send({ url, method: 'POST', body: 'a=1' })
    expect(asText).toMatchObject({ body: 'a=1', headers: { 'content-type': 'text/plain; charset=utf-8' } })
    expect(await send({ url })).not.toHaveProperty('body')
  })

  it('lets the author replace a default header, however it is spelled', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'x-count': 3 }
    const sent = await send({ url, method: 'POST', body: 'a=1', headers })
    expect(sent.headers).toEqual({
      'content-type': 'application/x-www-form-urlencoded',
      'x-count': '3',
      'idempotency-key': 'run-1:call',
    })
  })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('carries the idempotency key on %s (I5)', async (method) => {
    expect((await send({ url, method })).headers).toMatchObject({ 'idempotency-key': 'run-1:call' })
  })

  it.each(['GET', 'HEAD', 'OPTIONS'])('carries no idempotency key on %s', async (method) => {
    expect((await send({ url, method })).headers).toEqual({})
  })

  it('signs with a credential', async () => {
    const credentials: Outside['credentials'] = {
      b: { type: 'basic', data: { username: 'Aladdin', password: 'open sesame' } },
      t: { type: 'bearer', data: { token: 'tok' } },
      h: { type: 'header', data: { name: 'X-Api-Key', value: 'key' } },
    }
    const headers = async (credential: string) =>
      (await send({ url, auth: { credential } }, { credentials })).headers
    // The example of RFC 7617.
    expect(await headers('b')).toEqual({ authorization: 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==' })
    expect(await headers('t')).toEqual({ authorization: 'Bearer tok' })
    expect(await headers('h')).toEqual({ 'x-api-key': 'key' })
    // A redirect to another origin must not carry it there (I8).
    const { secretHeaders } = await send({ url, auth: { credential: 'h' } }, { credentials })
    expect(secretHeaders).toEqual(['X-Api-Key'])
  })

  it('refuses an unfit credential, a bad URL and a header with a line break', async () => {
    const credentials: Outside['credentials'] = {
      db: { type: 'postgres', data: { url: 'postgres://u:p@h/d' } },
    }
    await expect(send({ url, auth: { credential: 'db' } }, { credentials })).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
    })
    await expect(send({ url: '/relative?token=abc' })).rejects.toMatchObject({
      code: 'HTTP_INVALID_URL',
      message: expect.not.stringContaining('abc'),
    })
    await expect(send({ url, headers: { a: 'b\r\nc: d' } })).rejects.toMatchObject({ code: 'INVALID_PARAMS' })
  })
})

describe('the response', () => {
  it('parses JSON where it says that it is JSON', async () => {
    expect(await receive(ok)).toEqual({
      status: 200,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: { a: 1 },
    })
    const problem = answer(200, '[1]', { 'content-type': 'application/problem+json' })
    expect(await receive(problem)).toMatchObject({ body: [1] })
    expect(await receive(answer(200, '{"a":1}', { 'content-type': 'text/plain' }))).toMatchObject({
      body: '{"a":1}',
    })
    const warned = { log: () => {} }
    const noJson = answer(200, 'oops', { 'content-type': 'application/json' })
    expect(await receive(noJson, {}, warned)).toMatchObject({ body: 'oops' })
    expect(await receive(answer(204, '', { 'content-type': 'application/json' }))).toMatchObject({
      body: null,
    })
  })

  it('goes by responseType', async () => {
    expect(await receive(ok, { responseType: 'text' })).toMatchObject({ body: '{"a":1}' })
    expect(await receive(answer(200, '1'), { responseType: 'json' })).toMatchObject({ body: 1 })
    await expect(receive(answer(200, '<html>'), { responseType: 'json' })).rejects.toMatchObject({
      code: 'NODE_FAILED',
    })
  })

  it('goes by charset', async () => {
    const latin1 = {
      status: 200,
      headers: { 'content-type': 'text/plain; charset=iso-8859-1' },
      body: Buffer.from('é', 'latin1'),
    }
    expect(await receive(latin1)).toMatchObject({ body: 'é' })
  })

  it.each([
    [400, false],
    [404, false],
    [408, true],
    [425, true],
    [429, true],
    [499, false],
    [500, true],
    [503, true],
  ])('fails on %i, retryable: %s', async (status, retryable) => {
    await expect(receive(answer(status, 'why'))).rejects.toMatchObject({
      code: 'HTTP_STATUS',
      retryable,
      extras: { details: { status, body: 'why' } },
    })
  })

  it('gives error statuses as output when asked to', async () => {
    expect(await receive(answer(404, 'no'), { failOnStatus: false })).toMatchObject({
      status: 404,
      body: 'no',
    })
  })

  it('passes on Retry-After, a date by the Date of the response', async () => {
    const retryAfter = (headers: Record<string, string>) =>
      receive(answer(503, '', headers)).catch((error) => error.extras.retryAfterMs)
    const date = 'Wed, 21 Oct 2026 07:28:00 GMT'
    expect(await retryAfter({ 'Retry-After': '120' })).toBe(120_000)
    expect(await retryAfter({ 'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT', date })).toBe(30_000)
    expect(await retryAfter({ 'retry-after': 'Wed, 21 Oct 2026 07:27:00 GMT', date })).toBe(0)
    expect(await retryAfter({ 'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT' })).toBeUndefined()
    expect(await retryAfter({ 'retry-after': 'soon', date })).toBeUndefined()
    expect(await retryAfter({})).toBeUndefined()
  })

  it('shortens a long body in an error', async () => {
    const error = await receive(answer(500, 'x'.repeat(10_000))).catch((thrown) => thrown)
    expect(error.extras.details.body).toHaveLength(4_097)
  })
})

describe('secrets (I8)', () => {
  const secret = 'p@ss "word"/+é'
  const credentials: Outside['credentials'] = {
    b: { type: 'basic', data: { username: 'u', password: secret } },
  }
  const forms = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
    Buffer.from(`u:${secret}`).toString('base64'),
  ]

  it.each(forms)('do not come back when the other side echoes %s', async (form) => {
    const echo = answer(200, `<<${form}>>`, { 'x-echo': `a ${form} b` })
    const output = await receive(echo, { auth: { credential: 'b' } }, { credentials })
    expect(output).toEqual({ status: 200, headers: { 'x-echo': 'a [redacted] b' }, body: '<<[redacted]>>' })
  })

  it('do not come back in an error', async () => {
    const error = await receive(
      answer(400, forms.join(' ')),
      { auth: { credential: 'b' } },
      { credentials },
    ).catch((thrown) => thrown)
    expect(error.extras.details.body).toBe(forms.map(() => '[redacted]').join(' '))
  })
})
