import { once } from 'node:events'
import { createServer, isIP, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createHttpClient } from '../src/index.js'
import { loopbackClient, serve, serveRaw } from './servers.js'

const LOOPBACK = ['127.0.0.0/8', '::1/128']
const text = (body: Uint8Array) => Buffer.from(body).toString()

/** A client for which every host has these addresses. */
function clientFor(addresses: readonly string[], asked: string[] = []) {
  const client = createHttpClient({
    allowPrivate: LOOPBACK,
    resolve: async (host) => {
      asked.push(host)
      return addresses.map((address) => ({ address, family: isIP(address) }))
    },
  })
  onTestFinished(() => client.close())
  return client
}

/** A listener that never says a word: TLS with it hangs. */
async function silence(host: string, port = 0) {
  const open = new Set<Socket>()
  const server = createServer((socket) => open.add(socket.on('error', () => {}).resume()))
  server.listen(port, host)
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const socket of open) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  return { port: (server.address() as { port: number }).port, open }
}

describe('connecting', () => {
  it('is over when the time of the call is: no address is tried afterwards', async () => {
    const first = await silence('127.0.0.1')
    const second = await silence('127.0.0.2', first.port)
    const third = await silence('127.0.0.3', first.port)
    const client = clientFor(['127.0.0.1', '127.0.0.2', '127.0.0.3'])
    const call = client.request({ method: 'GET', url: `https://slow.test:${first.port}/`, timeoutMs: 300 })
    await expect(call).rejects.toMatchObject({ code: 'HTTP_FAILED' })
    // Each address has had its share of the time, and all are given up with it.
    await vi.waitFor(() => expect([first, second, third].map(({ open }) => open.size)).toEqual([1, 1, 1]))
    const sockets = [first, second, third].flatMap(({ open }) => [...open])
    await vi.waitFor(() => expect(sockets.every(({ closed }) => closed)).toBe(true))
  })

  it('gives each address its share of the time, so that a silent one does not take all of it', async () => {
    const silent = await silence('127.0.0.1')
    const tls = await silence('127.0.0.2', silent.port)
    const client = clientFor(['127.0.0.1', '127.0.0.2'])
    const begun = performance.now()
    const call = client.request({ method: 'GET', url: `https://two.test:${silent.port}/`, timeoutMs: 4_000 })
    call.catch(() => {})
    await vi.waitFor(() => expect(tls.open.size).toBe(1), { timeout: 3_500 })
    expect(performance.now() - begun).toBeLessThan(4_000)
    await expect(call).rejects.toMatchObject({ code: 'HTTP_FAILED' })
  })
})

describe('hosts', () => {
  it('in other scripts are looked up and named in ASCII', async () => {
    const { origin, seen } = await serve((_request, response) => response.end('reached'))
    const asked: string[] = []
    const url = `http://bücher.test:${new URL(origin).port}/ä?q=ö`
    await clientFor(['127.0.0.1'], asked).request({ method: 'GET', url })
    expect(asked).toEqual(['xn--bcher-kva.test'])
    expect(seen[0]?.headers.host).toBe(`xn--bcher-kva.test:${new URL(origin).port}`)
    expect(seen[0]?.url).toBe('/%C3%A4?q=%C3%B6')
  })

  it('may be IPv6 literals, and are named with their brackets', async () => {
    const { origin, seen } = await serve((_request, response) => response.end('reached'), '::1')
    const { body, url } = await loopbackClient().request({ method: 'GET', url: `${origin}/a` })
    expect(text(body)).toBe('reached')
    expect(seen[0]?.headers.host).toBe(new URL(url).host)
    expect(seen[0]?.headers.host).toMatch(/^\[::1\]:\d+$/)
  })
})

describe('answers', () => {
  const raw = async (said: string) => {
    const { origin } = await serveRaw((socket) => {
      socket.once('data', () => socket.end(said))
    })
    return await loopbackClient().request({ method: 'GET', url: `${origin}/` })
  }

  it('in chunks with trailers are read whole; the trailers are not headers', async () => {
    const answer = await raw(
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-sum\r\n\r\n' +
        '3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\nx-sum: 5\r\n\r\n',
    )
    expect(text(answer.body)).toBe('abcde')
    expect(answer.headers).not.toHaveProperty('x-sum')
  })

  it.each([
    ['one', `x-long: ${'a'.repeat(40_000)}\r\n`],
    ['many', 'x-many: b\r\n'.repeat(4_000)],
  ])('with too long headers fail for good, and clearly: %s', async (_what, headers) => {
    await expect(raw(`HTTP/1.1 200 OK\r\n${headers}content-length: 0\r\n\r\n`)).rejects.toMatchObject({
      code: 'HTTP_FAILED',
      message: expect.stringContaining('the headers of the answer are over 16384 bytes'),
      extras: { details: { retryable: false } },
    })
  })
})
