import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

const read = (name: string): string => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')
export const CA_FILE = new URL('fixtures/ca.pem', import.meta.url).pathname
export const CA_TEXT = read('ca.pem')

export interface Front {
  readonly port: number
  /** Connections that were encrypted, and all. */
  counts(): { readonly encrypted: number; readonly all: number }
  close(): Promise<void>
}

/** Stands before a Postgres, on any address, and offers TLS with a certificate for `localhost`, or offers none. */
export const openFront = async (target: URL, host: string, tls: boolean): Promise<Front> => {
  const sockets = new Set<Socket>()
  let encrypted = 0
  let all = 0
  const join = (client: Socket, first: Buffer) => {
    const server = connect(Number(target.port), target.hostname)
    for (const socket of [client, server]) sockets.add(socket.on('error', () => {}))
    client.once('close', () => server.destroy())
    server.once('close', () => client.destroy())
    server.write(first)
    client.pipe(server).pipe(client)
  }
  const serve = (client: Socket) => {
    client.once('data', (first: Buffer) => {
      // Every first message but the request for TLS is for Postgres itself.
      if (first.length !== 8 || first.readInt32BE(4) !== 80_877_103) return join(client, first)
      client.write(tls ? 'S' : 'N')
      if (!tls) return serve(client)
      encrypted++
      const secure = new TLSSocket(client, {
        isServer: true,
        cert: read('server.pem'),
        key: read('server.key'),
      })
      secure.on('error', () => client.destroy())
      secure.once('data', (message: Buffer) => join(secure, message))
    })
  }
  const front = createServer((client) => {
    all++
    sockets.add(client.on('error', () => {}))
    serve(client)
  })
  front.listen(0, host)
  await once(front, 'listening')
  return {
    port: (front.address() as AddressInfo).port,
    counts: () => ({ encrypted, all }),
    close: async () => {
      for (const socket of sockets) socket.destroy()
      front.close()
      await once(front, 'close')
    },
  }
}
