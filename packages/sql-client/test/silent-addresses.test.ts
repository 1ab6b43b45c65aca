import { once } from 'node:events'
import { connect, isIP, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { createTestDatabase } from '@millrace/testkit'
import { expect, it, onTestFinished } from 'vitest'
import { createSqlRunner } from '../src/index.js'
import { LOOPBACK, worldOf } from './world.js'

/** Listens, and never accepts: its event loop stands still. */
const DEAF = `
  const { parentPort, workerData } = require('node:worker_threads')
  const server = require('node:net').createServer()
  server.listen({ ...workerData, backlog: 1 }, () => {
    parentPort.postMessage('listening')
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
  })`

/** An address on which packets get lost, as behind a firewall: its queue is full. */
const blackHole = async (host: string, port: number) => {
  const deaf = new Worker(DEAF, { eval: true, workerData: { host, port } })
  const fillers: Socket[] = []
  onTestFinished(async () => {
    for (const socket of fillers) socket.destroy()
    await deaf.terminate()
  })
  await once(deaf, 'message')
  // As many as the queue holds connect; the next one never does.
  for (let connected = true; connected; ) {
    const socket = connect({ host, port }).on('error', () => {})
    fillers.push(socket)
    const isFull = new Promise<boolean>((resolve) => setTimeout(resolve, 300, false))
    connected = await Promise.race([once(socket, 'connect').then(() => true), isFull])
  }
}

it('two addresses that swallow packets keep a statement no second from the third', async () => {
  const database = await createTestDatabase()
  const { port } = new URL(database.url)
  const addresses = ['127.0.0.2', '127.0.0.3', '127.0.0.1']
  for (const host of addresses.slice(0, 2)) await blackHole(host, Number(port))
  const runner = createSqlRunner({
    allowPrivate: LOOPBACK,
    resolve: async () => addresses.map((address) => ({ address, family: isIP(address) })),
  })
  onTestFinished(async () => {
    await runner.close()
    await database.drop()
  })
  const world = worldOf(database.url.replace('127.0.0.1', 'db.test'), runner)
  // The step's own time, which one address alone would have used up.
  const { rows } = await world.ask('select 1 as one', [], { signal: AbortSignal.timeout(9_000) })
  expect(rows).toEqual([{ one: 1 }])
})
