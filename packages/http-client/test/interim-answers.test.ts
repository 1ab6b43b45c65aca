import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { loopbackClient, serveRaw } from './servers.js'

const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nreal'
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n'

/** Says the same to each request of a connection, in these pieces; `requests` are the request lines seen. */
const serveAnswer = async (...pieces: string[]) => {
  const requests: string[] = []
  const { origin } = await serveRaw((socket) => {
    socket.setNoDelay(true)
    socket.on('data', async (data: Buffer) => {
      requests.push(String(data).split('\r\n')[0] ?? '')
      for (const piece of pieces) {
        socket.write(piece, 'latin1')
        // Let the other side read it before the next one comes.
        await new Promise((resolve) => setImmediate(resolve))
      }
    })
  })
  return { origin, requests }
}

const bodyOf = async (origin: string) => {
  const { status, body } = await loopbackClient().request({ method: 'POST', url: origin, body: '{}' })
  return [status, Buffer.from(body).toString()]
}

describe('interim answers', () => {
  it.each<[string, string[]]>([
    ['100', [CONTINUE + ANSWER]],
    ['100 by itself', [CONTINUE, ANSWER]],
    ['100 without a phrase', ['HTTP/1.1 100\r\n\r\n', ANSWER]],
    ['100 with headers', ['HTTP/1.1 100 Continue\r\nx-one: 1\r\nx-two: HTTP/1.1 200\r\n\r\n', ANSWER]],
    ['100 behind an empty line', [`\r\n${CONTINUE}${ANSWER}`]],
    ['102', [`HTTP/1.1 102 Processing\r\n\r\n${ANSWER}`]],
    ['103', [`HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload\r\n\r\n`, ANSWER]],
    ['several', [`${CONTINUE}HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n${CONTINUE}`, CONTINUE + ANSWER]],
    ['102 before 100', [`HTTP/1.1 102 Processing\r\n\r\n${CONTINUE}${ANSWER}`]],
    ['100 a byte at a time', [...(CONTINUE + CONTINUE + ANSWER)]],
  ])('are skipped: %s', async (_what, pieces) => {
    const { origin, requests } = await serveAnswer(...pieces)
    expect(await bodyOf(origin)).toEqual([200, 'real'])
    expect(requests).toEqual(['POST / HTTP/1.1'])
  })

  it('are skipped before every answer of a kept connection', async () => {
    const { origin, requests } = await serveAnswer(CONTINUE, ANSWER)
    const client = loopbackClient()
    for (let n = 0; n < 3; n++)
      expect((await client.request({ method: 'POST', url: origin, body: 'x' })).status).toBe(200)
    expect(requests).toHaveLength(3)
  })

  it('are so before the answer alone: a body that looks like one stays as it is', async () => {
    const body = `${CONTINUE}HTTP/1.1 100 Continue\r\n\r\n`
    const head = `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n`
    const { origin } = await serveAnswer(head, body)
    expect(await bodyOf(origin)).toEqual([200, body])
  })

  it.each(['GET', 'POST'])('to a %s that switch protocols are refused, once', async (method) => {
    const { origin, requests } = await serveAnswer(
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
    )
    const client = loopbackClient()
    await expect(client.request({ method, url: origin })).rejects.toMatchObject({
      code: 'HTTP_FAILED',
      message: expect.stringContaining('101 Switching Protocols to a request that did not ask for it'),
      extras: { details: { retryable: false } },
    })
    expect(requests).toHaveLength(1)
  })

  it('and nothing after them is no answer', async () => {
    const { origin } = await serveRaw((socket) => {
      void once(socket, 'data').then(() => socket.end(CONTINUE))
    })
    await expect(bodyOf(origin)).rejects.toMatchObject({ code: 'HTTP_FAILED' })
  })
})
