import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { loopbackClient, serve, serveRaw } from './servers.js'

const redirect =
  (status: number, location: string) => (_request: IncomingMessage, response: ServerResponse) =>
    response.writeHead(status, { location }).end('elsewhere')

/** A server that answers with what it was sent. */
const echo = async (request: IncomingMessage, response: ServerResponse) => {
  const body = await text(request)
  response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }))
}

const parse = (body: Uint8Array) => JSON.parse(Buffer.from(body).toString())

describe('redirects', () => {
  it('are followed, relative ones too, and the final URL is told', async () => {
    const { origin, seen } = await serve((request, response) => {
      if (request.url === '/a') return redirect(302, 'b?x=1')(request, response)
      response.end('here')
    })
    const answer = await loopbackClient().request({ method: 'GET', url: `${origin}/a` })
    expect(answer).toMatchObject({ status: 200, url: `${origin}/b?x=1` })
    expect(seen.map(({ url }) => url)).toEqual(['/a', '/b?x=1'])
  })

  it.each([
    'http://10.0.0.1/',
    'http://[fd00::1]/',
    'http://0xA000001/',
    '//10.1/',
    'http://169.254.169.254/',
  ])('to the blocked address %s end the call', async (location) => {
    const { origin } = await serve(redirect(302, location))
    await expect(loopbackClient().request({ method: 'GET', url: origin })).rejects.toMatchObject({
      code: 'HTTP_BLOCKED',
    })
  })

  it.each(['file:///etc/passwd', 'ftp://example.com/', 'http://a:b@example.com/', 'http://'])(
    'to %s end the call and free its connection',
    async (location) => {
      const server = await serveRaw((socket) => {
        socket.on('data', () =>
          socket.write(`HTTP/1.1 302 Found\r\nlocation: ${location}\r\ncontent-length: 9\r\n\r\n`),
        )
      })
      await expect(loopbackClient().request({ method: 'GET', url: server.origin })).rejects.toMatchObject({
        code: 'HTTP_INVALID_URL',
      })
      await server.closed
    },
  )

  it('in a loop end after five', async () => {
    const { origin, seen } = await serve(redirect(302, '/again'))
    await expect(
      loopbackClient().request({ method: 'GET', url: `${origin}/?key=s3cret` }),
    ).rejects.toMatchObject({
      code: 'HTTP_FAILED',
      message: 'more than 5 redirects',
      extras: { details: { retryable: false } },
    })
    expect(seen).toHaveLength(6)
  })

  it('are left to the caller with maxRedirects 0, wherever they lead', async () => {
    const { origin, seen } = await serve(redirect(302, 'ftp://10.0.0.1/'))
    const answer = await loopbackClient().request({ method: 'GET', url: origin, maxRedirects: 0 })
    expect(answer).toMatchObject({ status: 302, headers: { location: 'ftp://10.0.0.1/' } })
    expect(seen).toHaveLength(1)
  })

  it.each([300, 304, 399])('%i with a location is an answer', async (status) => {
    const { origin } = await serve(redirect(status, '/elsewhere'))
    expect((await loopbackClient().request({ method: 'GET', url: origin })).status).toBe(status)
  })

  it('without a location are answers', async () => {
    const { origin } = await serve((_request, response) => response.writeHead(302).end())
    expect((await loopbackClient().request({ method: 'GET', url: origin })).status).toBe(302)
  })
})

const SECRETS = {
  Authorization: 'Bearer s3cret',
  Cookie: 'session=s3cret',
  'Proxy-Authorization': 'Basic s3cret',
  Host: 'first.test',
}

describe('what a redirect carries', () => {
  it('drops secrets and the host name when the origin changes', async () => {
    const second = await serve(echo)
    const first = await serve(redirect(307, `${second.origin}/`))
    const { body } = await loopbackClient().request({
      method: 'GET',
      url: first.origin,
      headers: { ...SECRETS, 'X-Api-Key': 's3cret', 'X-Kept': 'yes' },
      secretHeaders: ['X-Api-Key'],
    })
    const { headers } = parse(body)
    expect(first.seen[0]?.headers).toMatchObject({
      authorization: 'Bearer s3cret',
      host: 'first.test',
      'x-api-key': 's3cret',
    })
    expect(JSON.stringify(headers)).not.toContain('s3cret')
    expect(headers).toMatchObject({ 'x-kept': 'yes', host: new URL(second.origin).host })
  })

  it('keeps secrets on the same origin', async () => {
    const { origin } = await serve((request, response) =>
      request.url === '/' ? redirect(302, '/next')(request, response) : echo(request, response),
    )
    const { body } = await loopbackClient().request({ method: 'GET', url: origin, headers: SECRETS })
    expect(parse(body).headers).toMatchObject({ authorization: 'Bearer s3cret', cookie: 'session=s3cret' })
  })

  it.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [301, 'PUT', 'PUT'],
    [302, 'DELETE', 'DELETE'],
    [307, 'POST', 'POST'],
    [308, 'PATCH', 'PATCH'],
  ])('%i after %s asks with %s', async (status, method, expected) => {
    const { origin, seen } = await serve((request, response) =>
      request.url === '/' ? redirect(status, '/next')(request, response) : echo(request, response),
    )
    const body = method === 'HEAD' ? {} : { body: 'payload', headers: { 'Content-Type': 'text/plain' } }
    const answer = await loopbackClient().request({ method, url: `${origin}/`, ...body })
    expect(seen[1]?.method).toBe(expected)
    if (method === 'HEAD') return
    const kept = expected === method
    const sent = parse(answer.body)
    expect(sent.body).toBe(kept ? 'payload' : '')
    expect(sent.headers['content-type']).toBe(kept ? 'text/plain' : undefined)
  })
})
