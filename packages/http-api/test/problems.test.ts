import { once } from 'node:events'
import { connect } from 'node:net'
import { MillraceError } from '@millrace/contracts'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { listen, typed } from '../src/index.js'
import { testApp } from './app-for-test.js'

const config = { permission: 'public' } as const

const echoApp = () => {
  const app = testApp()
  const body = z.strictObject({ name: z.string().max(5), tags: z.array(z.string()).optional() })
  typed(app).post('/echo', { config, schema: { body } }, async (request) => request.body)
  typed(app).get('/things/:id', { config, schema: { params: z.object({ id: z.uuid() }) } }, async () => 'ok')
  return app
}

const post = (payload: string | Buffer, type = 'application/json') =>
  echoApp().inject({ method: 'POST', url: '/echo', payload, headers: { 'content-type': type } })

describe('every error is a problem document', () => {
  test.each([
    ['malformed JSON', '{"name"', 'application/json', 400, 'MALFORMED_JSON'],
    ['depth 100,000', '['.repeat(100_000), 'application/json', 400, 'JSON_TOO_DEEP'],
    ['over 1 MiB', `{"name":"${'x'.repeat(1_100_000)}"}`, 'application/json', 413, 'BODY_TOO_LARGE'],
    ['another media type', '<a/>', 'text/xml', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['no such media type', 'a', 'not a type', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a form', 'name=x', 'application/x-www-form-urlencoded', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a body that is no object', '5', 'application/json', 400, 'INVALID_REQUEST'],
    ['null', 'null', 'application/json', 400, 'INVALID_REQUEST'],
    ['an empty body', '', 'application/json', 400, 'INVALID_REQUEST'],
    ['an unknown field', '{"name":"a","extra":1}', 'application/json', 400, 'INVALID_REQUEST'],
    ['a constructor key', '{"name":"a","constructor":{}}', 'application/json', 400, 'INVALID_REQUEST'],
  ])('%s', async (_name, payload, type, status, code) => {
    const answer = await post(payload, type)
    expect([answer.statusCode, answer.json().code]).toEqual([status, code])
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
    expect(answer.json()).toMatchObject({
      type: `urn:millrace:error:${code}`,
      status,
      title: expect.any(String),
      detail: expect.any(String),
      hint: expect.any(String),
      requestId: answer.headers['x-request-id'],
    })
  })

  // Node would answer each of these by itself, or not at all.
  test.each([
    ['an expectation that nobody meets', 'POST /echo', 'Expect: x', 417, 'EXPECTATION_FAILED'],
    ['a tunnel', 'CONNECT a:443', 'X: x', 405, 'METHOD_NOT_ALLOWED'],
    ['what is no HTTP', 'POST /echo', 'Content-Length: -1', 400, 'INVALID_REQUEST'],
    ['a URL over all bounds', `GET /${'x'.repeat(20_000)}`, 'X: x', 431, 'HEADERS_TOO_LARGE'],
    ['one of a HEAD, which gets no body', `HEAD /${'x'.repeat(20_000)}`, 'X: x', 431, undefined],
  ])('%s', async (_name, line, header, status, code) => {
    const app = echoApp()
    const { port } = new URL(await listen(app, { host: '127.0.0.1', port: 0 }))
    const socket = connect(Number(port), '127.0.0.1')
    socket.end(`${line} HTTP/1.1\r\nHost: a\r\n${header}\r\nContent-Length: 0\r\n\r\n`)
    let answer = ''
    for await (const chunk of socket.setEncoding('utf8')) answer += chunk
    const [head, body = ''] = answer.split('\r\n\r\n')
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} \\w`))
    expect(head).toContain('application/problem+json')
    if (code === undefined) expect(body).toBe('')
    else expect(JSON.parse(body)).toMatchObject({ status, code, hint: expect.any(String) })
  })

  test('no Host header, which HTTP/1.1 asks for and 1.0 does not', async () => {
    const { port } = new URL(await listen(echoApp(), { host: '127.0.0.1', port: 0 }))
    const ask = async (version: string) => {
      const socket = connect(Number(port), '127.0.0.1')
      socket.end(`GET /nowhere HTTP/${version}\r\nConnection: close\r\n\r\n`)
      let answer = ''
      for await (const chunk of socket.setEncoding('utf8')) answer += chunk
      const [head, body = ''] = answer.split('\r\n\r\n')
      expect(head).toContain('application/problem+json')
      return JSON.parse(body)
    }
    expect(await ask('1.1')).toMatchObject({
      status: 400,
      code: 'INVALID_REQUEST',
      detail: 'The request has no Host header',
    })
    expect(await ask('1.0')).toMatchObject({ status: 404, code: 'NOT_FOUND' })
  })

  test('a body in a content coding', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    const answer = await echoApp().inject({ method: 'POST', url: '/echo', payload: 'packed', headers })
    expect(answer.json()).toMatchObject({ status: 415, code: 'UNSUPPORTED_CONTENT_CODING' })
  })

  test('names every field that is wrong', async () => {
    const answer = await post('{"name":"too long","tags":["a",7]}; '.slice(0, -2))
    expect(answer.json().errors).toEqual([
      { in: 'body', pointer: '/name', message: expect.any(String) },
      { in: 'body', pointer: '/tags/1', message: expect.any(String) },
    ])
    expect(answer.body).not.toContain('too long')
  })

  test('a caller who breaks off is no failure of the database', async () => {
    const app = echoApp()
    const answered = new Promise((resolve) => {
      app.addHook('onSend', async (_request, reply, payload) => resolve([reply.statusCode, payload]))
    })
    const { port } = new URL(await listen(app, { host: '127.0.0.1', port: 0 }))
    const socket = connect(Number(port), '127.0.0.1')
    await once(socket, 'connect')
    const head =
      'POST /echo HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{'
    socket.write(head, () => socket.destroy())
    expect(await answered).toEqual([400, expect.stringContaining('INVALID_REQUEST')])
  })

  test('unknown paths, other methods, broken escapes and bad params', async () => {
    const app = echoApp()
    expect((await app.inject({ url: '/nowhere' })).json().code).toBe('NOT_FOUND')
    const wrongMethod = await app.inject({ method: 'DELETE', url: '/things/5' })
    expect([wrongMethod.statusCode, wrongMethod.json().code]).toEqual([405, 'METHOD_NOT_ALLOWED'])
    expect(wrongMethod.headers.allow).toBe('GET, HEAD')
    expect((await app.inject({ url: '/things/%zz' })).json().code).toBe('INVALID_REQUEST')
    expect((await app.inject({ url: '/nowhere?q=%00' })).json().code).toBe('INVALID_REQUEST')
    expect((await app.inject({ url: '/things/5' })).json().errors).toMatchObject([{ in: 'params' }])
    expect((await app.inject({ url: `/things/${'x'.repeat(2_000)}` })).json().status).toBeLessThan(500)
  })

  test('errors of the catalogue keep code, details and Retry-After; others tell nothing', async () => {
    const app = testApp()
    app.get('/locked', { config }, async () => {
      throw new MillraceError('ACCOUNT_LOCKED', 'Later', { retryAfterMs: 1_200, details: { more: 1 } })
    })
    app.get('/broken', { config }, async () => {
      throw new Error('secret detail')
    })
    app.get('/gone', { config }, async () => {
      throw new Error('query', { cause: Object.assign(new Error('write'), { code: 'CONNECTION_CLOSED' }) })
    })
    app.get('/starting', { config }, async () => {
      throw Object.assign(new Error('the database system is starting up'), { code: '57P03' })
    })
    const locked = await app.inject({ url: '/locked' })
    expect([locked.statusCode, locked.headers['retry-after'], locked.json().more]).toEqual([429, '2', 1])
    const broken = await app.inject({ url: '/broken' })
    expect([broken.statusCode, broken.json().code]).toEqual([500, 'INTERNAL'])
    expect(broken.body).not.toContain('secret detail')
    for (const url of ['/gone', '/starting']) {
      const answer = await app.inject({ url })
      expect([answer.statusCode, answer.json().code]).toEqual([503, 'UNAVAILABLE'])
      expect(answer.headers['retry-after']).toBe('2')
    }
  })

  test('a request id is kept if sane, else replaced; security headers are on every answer', async () => {
    const app = echoApp()
    const kept = await app.inject({ url: '/nowhere', headers: { 'x-request-id': 'abc-123' } })
    expect(kept.headers['x-request-id']).toBe('abc-123')
    const replaced = await app.inject({ url: '/nowhere', headers: { 'x-request-id': 'a b\tc' } })
    expect(replaced.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    expect(replaced.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    })
    expect(replaced.headers['access-control-allow-origin']).toBeUndefined()
  })

  test('bytes that are not HTTP get a problem document too', async () => {
    const app = echoApp()
    const url = new URL(await listen(app, { host: '127.0.0.1', port: 0 }))
    const answer = await new Promise<string>((resolve, reject) => {
      let text = ''
      const socket = connect(Number(url.port), url.hostname, () => socket.write('GARBAGE\r\n\r\n'))
      socket.on('data', (chunk) => (text += String(chunk)))
      socket.on('close', () => resolve(text))
      socket.on('error', reject)
    })
    expect(answer).toContain('application/problem+json')
    expect(answer).toContain('"INVALID_REQUEST"')
  })
})

describe('listening', () => {
  test('twice gives one address; a taken port names the variable; close ends idle connections', async () => {
    const app = echoApp()
    const url = await listen(app, { host: '127.0.0.1', port: 0 })
    expect(await listen(app, { host: '127.0.0.1', port: 0 })).toBe(url)
    const port = Number(new URL(url).port)
    await expect(listen(echoApp(), { host: '127.0.0.1', port, portVariable: 'X_PORT' })).rejects.toThrow(
      'X_PORT',
    )

    const socket = connect(port, '127.0.0.1')
    const closed = once(socket, 'close')
    socket.write('GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n')
    await once(socket, 'data')
    await app.close()
    await closed
    await app.close()
  })
})

describe('a database that is not as this version needs it', () => {
  const postgresError = (code: string, severity = 'ERROR') =>
    Object.assign(new Error('from Postgres'), { code, severity })

  test.each([
    ['a missing role, found at sign-in', postgresError('22023', 'FATAL')],
    ['a wrong password', postgresError('28P01', 'FATAL')],
    ['a missing table', postgresError('42P01')],
    ['a missing right', postgresError('42501')],
    ['a server that takes no writes', postgresError('25006')],
  ])('%s is 503, and never the fault of the caller', async (_what, error) => {
    const app = testApp()
    app.get('/x', { config: { permission: 'public' } }, () => Promise.reject(error))
    const answer = await app.inject({ url: '/x' })
    expect([answer.statusCode, answer.json().code]).toEqual([503, 'UNAVAILABLE'])
    expect(answer.body).not.toContain('from Postgres')
  })
})
