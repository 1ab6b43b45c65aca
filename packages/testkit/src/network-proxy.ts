import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** Stands between a client and its backend, to play the ways in which a network fails. */
export interface NetworkProxy {
  readonly url: string
  /** Closes every connection and refuses new ones, as a backend that is down does. */
  refuse(): Promise<void>
  /** Keeps every connection and accepts new ones, but passes nothing on: a black hole. */
  stall(): void
  /** The black hole for those now connected only, for ever: what a failed-over network leaves behind. */
  abandon(): void
  /** Holds every byte back for this long, milliseconds, until `heal`. */
  delay(ms: number): void
  /** Ends every connection at once with a reset (RST), as a router that has forgotten them does. */
  reset(): void
  /** Ends `refuse`, `stall` or `delay`; what was held back is lost with its connections. */
  heal(): Promise<void>
  close(): Promise<void>
}

export async function startProxy(target: string): Promise<NetworkProxy> {
  const url = new URL(target)
  const backend = { host: url.hostname, port: Number(url.port) }
  const sockets = new Set<Socket>()
  const abandoned = new WeakSet<Socket>()
  let stalled = false
  let delayMs = 0

  const keep = (socket: Socket): Socket => {
    sockets.add(socket)
    return socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  }
  const pass = (from: Socket, to: Socket): void => {
    from.on('close', () => to.destroy())
    from.on('data', (data) => {
      if (stalled || abandoned.has(from)) return
      if (delayMs === 0) to.write(data)
      else setTimeout(() => to.writable && to.write(data), delayMs)
    })
  }
  const server = createServer((client) => {
    const upstream = keep(connect(backend))
    pass(keep(client), upstream)
    pass(upstream, client)
  })
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  const stopListening = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    cut()
    await closed
  }

  await listen(0)
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the proxy has no port')
  url.port = String(address.port)
  return {
    url: url.href,
    refuse: stopListening,
    stall: () => {
      stalled = true
    },
    abandon: () => {
      for (const socket of sockets) abandoned.add(socket)
    },
    delay: (ms) => {
      delayMs = ms
    },
    reset: () => {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    heal: async () => {
      cut()
      stalled = false
      delayMs = 0
      if (!server.listening) await listen(address.port)
    },
    close: stopListening,
  }
}
