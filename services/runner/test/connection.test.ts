import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ConnectionOptions, SseConnection } from '../src/stream/connection.js'

describe('SseConnection', () => {
  let server: Server

  beforeEach(async () => {
    server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
  })

  afterEach(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })

  const connect = async (options: Partial<ConnectionOptions> = {}) => {
    const arrived = once(server, 'request')
    const { port } = server.address() as AddressInfo
    const answered = new Promise<IncomingMessage>((resolve) => {
      get({ host: '127.0.0.1', port, agent: false }, resolve).on('error', () => undefined)
    })
    const [, response] = (await arrived) as [unknown, ServerResponse]
    const connection = new SseConnection(response, { headers: {}, retryMs: 1_234, ...options })
    const client = await answered
    client.on('error', () => undefined)
    return { response, connection, client }
  }

  it('closes a reader that takes nothing, having kept at most one chunk for it (I10)', async () => {
    const { response, connection, client } = await connect({ stallMs: 50 })
    client.pause()
    const chunk = Buffer.alloc(64 * 1024, 'x')
    let most = 0
    while (!connection.signal.aborted) {
      const sent = connection.send(chunk)
      most = Math.max(most, response.writableLength)
      await sent
    }
    // The chunk and the frame of its transfer encoding; what the kernel's buffers took is not ours.
    expect(most).toBeLessThan(2 * chunk.length)
    expect(response.destroyed).toBe(true)
  })

  it('lets several senders share the bound', async () => {
    const { response, connection, client } = await connect({ stallMs: 50 })
    client.pause()
    const chunk = Buffer.alloc(64 * 1024, 'x')
    let most = 0
    const sender = async () => {
      while (!connection.signal.aborted) {
        await connection.send(chunk)
        most = Math.max(most, response.writableLength)
      }
    }
    await Promise.all(Array.from({ length: 10 }, sender))
    expect(most).toBeLessThan(2 * chunk.length)
  })

  it('goes on once the reader has caught up', async () => {
    const { connection, client } = await connect()
    let received = 0
    client.on('data', (data: Buffer) => {
      received += data.length
    })
    for (let i = 0; i < 100; i += 1) await connection.send(Buffer.alloc(64 * 1024, 'x'))
    connection.end()
    await once(client, 'end')
    expect(received).toBe(100 * 64 * 1024 + 'retry: 1234\n\n'.length)
  })

  it('sends a heartbeat while it is quiet', async () => {
    const { client } = await connect({ heartbeatMs: 5 })
    client.setEncoding('utf8')
    let text = ''
    for await (const data of client) {
      text += data
      if (text.split(': heartbeat\n\n').length > 3) break
    }
    expect(text).toMatch(/^retry: 1234\n\n(: heartbeat\n\n)+$/)
  })

  it('tells whoever sends that the client has gone', async () => {
    const { connection, client } = await connect()
    const gone = once(connection.signal, 'abort')
    client.destroy()
    await gone
    await connection.send('nobody hears this')
  })
})
