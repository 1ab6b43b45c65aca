import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createTestDatabase } from '@millrace/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createSqlRunner } from '../src/index.js'
import { LOOPBACK, worldOf } from './world.js'

/** A server that is none of Postgres; counts who has come. */
const listen = async (server: Server, host = '127.0.0.1') => {
  const sockets = new Set<Socket>()
  let connections = 0
  server.on('connection', (socket: Socket) => {
    connections++
    sockets.add(
      socket
        .resume()
        .on('error', () => {})
        .once('close', () => sockets.delete(socket)),
    )
  })
  server.listen(0, host)
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  return {
    url: `postgres://u:p@127.0.0.1:${(server.address() as AddressInfo).port}/d`,
    count: () => connections,
    open: sockets,
  }
}

const worldAt = (url: string) => {
  const runner = createSqlRunner({ allowPrivate: LOOPBACK })
  onTestFinished(() => runner.close())
  return worldOf(url, runner)
}

const unreachable = expect.objectContaining({ code: 'DATABASE_UNREACHABLE' })

describe.each(['', '?sslmode=require', '?sslmode=prefer'])('with %j', (query) => {
  it.each<[what: string, server: () => Server]>([
    ['accepts and closes', () => createServer((socket) => socket.end())],
    ['accepts, listens and closes', () => createServer((socket) => socket.once('data', () => socket.end()))],
    ['answers HTTP', () => createHttpServer((_, response) => response.end('hello'))],
    ['greets in another protocol', () => createServer((socket) => socket.write('220 mail.test ESMTP\r\n'))],
    ['sends nonsense', () => createServer((socket) => socket.write(Buffer.alloc(64, 0x2a)))],
  ])('a server that %s is tried once, and left', async (_, make) => {
    const server = await listen(make())
    await expect(worldAt(server.url + query).ask('select 1')).rejects.toThrow(unreachable)
    expect(server.count()).toBe(1)
    await expect.poll(() => server.open.size).toBe(0)
  })
})

describe('a server that says nothing', () => {
  it('is left as soon as the statement is given up', async () => {
    const server = await listen(createServer())
    const abort = new AbortController()
    const asked = worldAt(server.url).ask('select 1', [], { signal: abort.signal })
    await expect.poll(() => server.open.size).toBe(1)
    abort.abort(new Error('cancelled'))
    await expect(asked).rejects.toThrow('cancelled')
    await expect.poll(() => server.open.size).toBe(0)
    expect(server.count()).toBe(1)
  })
})

it('nobody there, no such host and no such URL are told apart', async () => {
  await expect(worldAt('postgres://u:p@127.0.0.1:1/d').ask('select 1')).rejects.toMatchObject({
    code: 'DATABASE_UNREACHABLE',
    message: expect.stringContaining('ECONNREFUSED'),
  })
  const runner = createSqlRunner({ allowPrivate: [], resolve: () => Promise.reject(new Error('ENOTFOUND')) })
  await expect(worldOf('postgres://u:p@nowhere.test/d', runner).ask('select 1')).rejects.toMatchObject({
    code: 'DATABASE_UNREACHABLE',
    message: 'the host nowhere.test cannot be resolved',
  })
  for (const url of ['nonsense', 'http://u:p@h/d', 'postgres:///d', 'postgres://h/d', 'postgres://u@a,b/d'])
    await expect(worldAt(url).ask('select 1')).rejects.toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      extras: { details: { retryable: false } },
    })
})

it('an IPv6 host works, and a name goes on to its next address', async () => {
  const database = await createTestDatabase()
  try {
    const runner = createSqlRunner({
      allowPrivate: LOOPBACK,
      resolve: async () => [
        { address: '127.0.0.99', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ],
    })
    expect(await worldOf(database.url.replace('127.0.0.1', 'db.test'), runner).value('1')).toBe(1)
    await runner.close()
    const six = await listen(
      createServer((socket) => socket.end()),
      '::1',
    )
    await expect(worldAt(six.url.replace('127.0.0.1', '[::1]')).ask('select 1')).rejects.toThrow(unreachable)
    expect(six.count()).toBe(1)
  } finally {
    await database.drop()
  }
})
