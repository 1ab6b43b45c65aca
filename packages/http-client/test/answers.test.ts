import type { ServerResponse } from 'node:http'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { HttpRequest } from '../src/index.js'
import { loopbackClient, serve, serveRaw } from './servers.js'

const get = (origin: string, more: Partial<HttpRequest> = {}) =>
  loopbackClient().request({ method: 'GET', url: `${origin}/path?key=s3cret`, ...more })

/** Every failure: its code, and never the query, which may hold a key (I8). */
async function failure(request: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error = await request.then(
    () => expect.unreachable('the call should fail'),
    (thrown: unknown) => thrown,
  )
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    expect(at.message).not.toContain('s3cret')
    expect(at.stack).not.toContain('s3cret')
  }
  return error as { code: string; message: string }
}

describe('answers', () => {
  it('come with status, headers and body; an error status is one', async () => {
    const { origin, seen } = await serve((_request, response) =>
      response.writeHead(503, { 'Retry-After': '7', 'Set-Cookie': ['a=1', 'b=2'] }).end('busy'),
    )
    const answer = await get(origin, { headers: { 'X-One': '1', 'User-Agent': 'mine' } })
    expect(answer).toMatchObject({
      status: 503,
      headers: { 'retry-after': '7', 'set-cookie': 'a=1, b=2' },
      setCookies: ['a=1', 'b=2'],
    })
    expect(Buffer.from(answer.body).toString()).toBe('busy')
    expect(seen[0]?.headers).toMatchObject({ 'x-one': '1', 'user-agent': 'mine' })
  })

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    // RFC 9110 means zlib's format by the name; some servers send the bare data.
    ['deflate', deflateRawSync],
    ['GZIP', gzipSync],
    ['identity', (text: string) => Buffer.from(text)],
    ['gzip, br', (text: string) => brotliCompressSync(gzipSync(text))],
    ['gzip, identity,br, deflate', (text: string) => deflateRawSync(brotliCompressSync(gzipSync(text)))],
  ])('in %s are decompressed', async (encoding, compress) => {
    const { origin } = await serve((_request, response) =>
      response.setHeader('Content-Encoding', encoding).end(compress('plain')),
    )
    expect(Buffer.from((await get(origin)).body).toString()).toBe('plain')
  })

  it.each([
    ['204', 'HTTP/1.1 204 No Content\r\nContent-Length: 25\r\n\r\n'],
    ['304', 'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 25\r\n\r\n'],
    ['204', 'HTTP/1.1 204 No Content\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n'],
  ])('of %s end with their head, whatever length that names', async (status, head) => {
    const { origin } = await serveRaw((socket) => socket.on('data', () => socket.write(head)))
    const client = loopbackClient()
    for (let n = 0; n < 3; n++) {
      const answer = await client.request({ method: 'DELETE', url: origin })
      expect([String(answer.status), answer.body.length]).toEqual([status, 0])
    }
  })

  it.each([
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok'],
    ['a length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok'],
    ['a control character', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: \x01\r\n\r\nok'],
    ['a status of no class', 'HTTP/1.1 099 No\r\nContent-Length: 2\r\n\r\nok'],
  ])('that are no valid HTTP fail in words: %s', async (_what, answer) => {
    const { origin } = await serveRaw((socket) => socket.on('data', () => socket.end(answer)))
    const { code, message } = await failure(get(origin))
    expect(code).toBe('HTTP_FAILED')
    expect(message).not.toMatch(/assert|UND_ERR/)
  })

  it('with two headers for two codings are decompressed', async () => {
    const { origin } = await serve((_request, response) =>
      response.setHeader('Content-Encoding', ['gzip', 'br']).end(brotliCompressSync(gzipSync('plain'))),
    )
    expect(Buffer.from((await get(origin)).body).toString()).toBe('plain')
  })

  it.each(['compress', 'zstd-of-tomorrow', 'gzip, x', Array(5).fill('gzip').join()])(
    'in %s, which nobody can decode, are refused for good instead of read as text',
    async (encoding) => {
      const { origin } = await serve((_request, response) =>
        response.setHeader('Content-Encoding', encoding).end('packed'),
      )
      expect(await failure(get(origin))).toMatchObject({
        code: 'HTTP_FAILED',
        extras: { details: { retryable: false } },
      })
    },
  )

  it('are asked for only in codings that can be decoded', async () => {
    const { origin, seen } = await serve((_request, response) => response.end())
    await get(origin)
    const asked = String(seen[0]?.headers['accept-encoding']).split(', ')
    expect(asked.filter((name) => name !== 'zstd')).toEqual(['gzip', 'deflate', 'br'])
  })

  it.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('to %s with status %i and an encoding have no body', async (method, status) => {
    const { origin } = await serve((_request, response) =>
      response.writeHead(status, { 'Content-Encoding': 'gzip' }).end(),
    )
    const answer = await get(origin, { method })
    expect(answer.body.byteLength).toBe(0)
  })

  it('with a header named __proto__ pollute nothing', async () => {
    const { origin } = await serveRaw((socket) => {
      socket.on('data', () =>
        socket.end('HTTP/1.1 200 OK\r\n__proto__: polluted\r\nconstructor: x\r\ncontent-length: 2\r\n\r\nok'),
      )
    })
    const { status, headers, body } = await get(origin)
    // Data like any other here; a step that gives it on is refused for the one called `__proto__`.
    expect(Object.entries(headers)).toEqual([
      ['__proto__', 'polluted'],
      ['constructor', 'x'],
      ['content-length', '2'],
    ])
    expect({ status, body: Buffer.from(body).toString() }).toEqual({ status: 200, body: 'ok' })
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

describe('caps', () => {
  it('refuse a body over maxResponseBytes, and take one exactly as long', async () => {
    const { origin } = await serve((_request, response) => response.end('x'.repeat(1_000)))
    expect((await get(origin, { maxResponseBytes: 1_000 })).body.byteLength).toBe(1_000)
    expect((await failure(get(origin, { maxResponseBytes: 999 }))).code).toBe('HTTP_RESPONSE_TOO_LARGE')
  })

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['gzip, gzip', (bytes: Buffer) => gzipSync(gzipSync(bytes))],
  ])('hold for what a %s bomb unpacks to', async (encoding, compress) => {
    const bomb = compress(Buffer.alloc(11 * 1024 * 1024))
    expect(bomb.byteLength).toBeLessThan(100_000)
    const { origin } = await serve((_request, response) =>
      response.setHeader('Content-Encoding', encoding).end(bomb),
    )
    expect((await failure(get(origin))).code).toBe('HTTP_RESPONSE_TOO_LARGE')
  })

  it('stop a body that never ends, and close its connection', async () => {
    const server = await serveRaw((socket) => {
      const pour = () => {
        while (socket.writable && socket.write('x'.repeat(65_536)));
      }
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        socket.on('drain', pour)
        pour()
      })
    })
    expect((await failure(get(server.origin, { maxResponseBytes: 1_000_000 }))).code).toBe(
      'HTTP_RESPONSE_TOO_LARGE',
    )
    await server.closed
  })
})

describe('broken servers', () => {
  it.each([
    ['cuts its body short', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'],
    ['cuts a chunk short', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n64\r\nhalf'],
    ['says nothing', ''],
    ['speaks SSH', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['speaks binary', '\u0015\u0003\u0001\u0000\u0002\u0002P'],
    ['sends two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx'],
  ])('one that %s is HTTP_FAILED', async (_what, answer) => {
    const { origin } = await serveRaw((socket) => {
      socket.once('data', () => socket.end(answer))
    })
    const error = await failure(get(origin))
    expect(error.code).toBe('HTTP_FAILED')
    expect(error.message).toContain(new URL(origin).host)
  })

  it('one whose gzip is cut short is HTTP_FAILED', async () => {
    const whole = gzipSync('x'.repeat(100_000))
    const { origin } = await serve((_request, response) =>
      response.setHeader('Content-Encoding', 'gzip').end(whole.subarray(0, whole.byteLength / 2)),
    )
    expect((await failure(get(origin))).code).toBe('HTTP_FAILED')
  })

  it('one that refuses the connection is HTTP_FAILED', async () => {
    expect((await failure(get('http://127.0.0.1:1'))).code).toBe('HTTP_FAILED')
  })

  it.each([
    ['the headers', ''],
    ['the body', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'],
  ])('a black hole is left after timeoutMs while waiting for %s', async (_what, answer) => {
    const { origin } = await serveRaw((socket) => {
      socket.once('data', () => answer !== '' && socket.write(answer))
    })
    const error = await failure(get(origin, { timeoutMs: 50 }))
    expect(error).toMatchObject({ code: 'HTTP_FAILED', message: 'no answer within 50 ms' })
  })
})

describe('the deadline', () => {
  it.each([
    ['is 30 s by default', {}, 29_999, 1],
    ['is what the call says', { timeoutMs: 90_000 }, 89_999, 1],
    ['is left to the signal by Infinity', { timeoutMs: Number.POSITIVE_INFINITY }, 600_000, undefined],
  ])('%s, with no other one below it', async (_what, more, before, after) => {
    let arrive: (response: ServerResponse) => void = () => {}
    const arrived = new Promise<ServerResponse>((resolve) => {
      arrive = resolve
    })
    const { origin } = await serve((_request, response) => arrive(response))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const outcome = get(origin, more).then(
      ({ status }) => status,
      ({ code }) => code,
    )
    const response = await arrived
    await vi.advanceTimersByTimeAsync(before)
    if (after === undefined) response.end('late')
    else await vi.advanceTimersByTimeAsync(after)
    expect(await outcome).toBe(after === undefined ? 200 : 'HTTP_FAILED')
  })
})

describe('abort', () => {
  it.each([
    ['the headers', ''],
    ['the body', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'],
  ])('ends the call and its connection while it waits for %s', async (_what, answer) => {
    const caller = new AbortController()
    const server = await serveRaw((socket) => {
      socket.once('data', () => {
        if (answer !== '') socket.write(answer)
        caller.abort(new Error('cancelled'))
      })
    })
    await expect(get(server.origin, { signal: caller.signal })).rejects.toThrow('cancelled')
    await server.closed
  })

  it('before the call sends nothing', async () => {
    const { origin, seen } = await serve((_request, response) => response.end())
    const signal = AbortSignal.abort(new Error('too late'))
    await expect(get(origin, { signal })).rejects.toThrow('too late')
    expect(seen).toHaveLength(0)
  })
})

describe('requests', () => {
  it.each([
    [{ headers: { 'X-Split': 'a\r\nX-Injected: 1' } }],
    [{ headers: { 'bad name': 'x' } }],
    [{ method: 'GET / HTTP/1.1\r\nX-Injected: 1\r\n\r\n' }],
  ])('that would smuggle %j are refused, and never retried', async (more) => {
    const { origin, seen } = await serve((_request, response) => response.end())
    const error = await failure(get(origin, more))
    expect(error).toMatchObject({ code: 'HTTP_FAILED', extras: { details: { retryable: false } } })
    expect(seen).toHaveLength(0)
  })

  it('after close are refused', async () => {
    const { origin } = await serve((_request, response) => response.end())
    const client = loopbackClient()
    await client.close()
    expect((await failure(client.request({ method: 'GET', url: origin }))).code).toBe('HTTP_FAILED')
  })
})
