import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { HttpRequest } from '../src/index.js'
import { loopbackClient, serveRaw } from './servers.js'

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

/** Answers the first request of each connection and breaks off at the second, or at the first one as well. */
const serveOnce = async (first: 'answer' | 'break off', how: 'end' | 'reset') => {
  const heads: string[] = []
  const breakOff = (socket: Socket) => (how === 'end' ? socket.end() : socket.resetAndDestroy())
  const { origin } = await serveRaw((socket) => {
    let requests = 0
    socket
      .on('error', () => {})
      .on('data', (data) => {
        heads.push(data.toString())
        if (requests++ === 0 && first === 'answer') socket.write(OK)
        else breakOff(socket)
      })
  })
  return { origin, heads }
}

describe('a request on a kept connection that the other side has closed', () => {
  const twice = async (origin: string, second: Partial<HttpRequest>) => {
    const client = loopbackClient()
    await client.request({ method: 'GET', url: origin })
    // The connection is free again when all that came with the answer's end has been dealt with.
    await setImmediate()
    return client.request({ method: 'GET', url: origin, ...second })
  }

  it.each([
    ['end', { method: 'GET' }],
    ['reset', { method: 'GET' }],
    ['end', { method: 'POST', headers: { 'Idempotency-Key': 'k' }, body: 'twice' }],
    ['reset', { method: 'DELETE' }],
  ] as const)('is sent once more on one of its own (%s, %o)', async (how, second) => {
    const { origin, heads } = await serveOnce('answer', how)
    const answer = await twice(origin, second)
    expect(Buffer.from(answer.body).toString()).toBe('ok')
    expect(heads.map((head) => head.split(' ')[0])).toEqual(['GET', second.method, second.method])
    expect(heads[2]).toContain('connection: close')
    if ('body' in second) expect(heads[2]?.endsWith('twice')).toBe(true)
  })

  it('fails where it might do its work twice', async () => {
    const { origin, heads } = await serveOnce('answer', 'end')
    await expect(twice(origin, { method: 'POST', body: 'once' })).rejects.toMatchObject({
      code: 'HTTP_FAILED',
    })
    expect(heads).toHaveLength(2)
  })

  it.each(['end', 'reset'] as const)('is not repeated where the connection was new (%s)', async (how) => {
    const { origin, heads } = await serveOnce('break off', how)
    const request = loopbackClient().request({ method: 'GET', url: origin })
    await expect(request).rejects.toMatchObject({ code: 'HTTP_FAILED' })
    expect(heads).toHaveLength(1)
  })

  it('ends when the caller gives up', async () => {
    const stop = new AbortController()
    let connections = 0
    const { origin } = await serveRaw((socket) => {
      const second = ++connections === 2
      socket.on('error', () => {}).on('data', () => (second ? stop.abort() : undefined))
      if (second) return
      socket.once('data', () => {
        socket.write(OK)
        socket.once('data', () => socket.end())
      })
    })
    const answer = twice(origin, { signal: stop.signal })
    const aborted = once(stop.signal, 'abort')
    await expect(answer).rejects.toBeDefined()
    await aborted
    expect(connections).toBe(2)
  })
})
