import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { createHttpClient } from '../src/index.js'
import type { HttpClient } from '../src/types.js'

/** A client that may call loopback, as the embedded default does. Closed with the test. */
export function loopbackClient(): HttpClient {
  const client = createHttpClient({ allowPrivate: ['127.0.0.0/8', '::1/128'] })
  onTestFinished(() => client.close())
  return client
}

async function listen(server: Server, sockets: Set<Socket>, host = '127.0.0.1'): Promise<number> {
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).once('close', () => sockets.delete(socket))
  })
  server.listen(0, host)
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  return (server.address() as AddressInfo).port
}

/** A real HTTP server on loopback, and the requests that it has seen. */
export async function serve(
  answer: RequestListener,
  host: '127.0.0.1' | '::1' = '127.0.0.1',
): Promise<{ origin: string; seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = []
  const server = createServer((request, response) => {
    seen.push(request)
    answer(request, response)
  })
  const port = await listen(server, new Set(), host)
  return { origin: `http://${host === '::1' ? '[::1]' : host}:${port}`, seen }
}

/** A server that says whatever it likes on each connection; `closed` resolves when the first one has ended. */
export async function serveRaw(
  speak: (socket: Socket) => void,
): Promise<{ origin: string; closed: Promise<unknown> }> {
  const server = createTcpServer(speak)
  const closed = new Promise((resolve) => {
    server.once('connection', (socket) => socket.once('close', resolve))
  })
  return { origin: `http://127.0.0.1:${await listen(server, new Set())}`, closed }
}
