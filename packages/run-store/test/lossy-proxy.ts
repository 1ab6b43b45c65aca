import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** A way to Postgres that can lose an answer after the server has acted, which no amount of killing can time. */
export interface LossyProxy {
  readonly url: string
  /** Cuts the connection that next sends a statement containing `text`, once the server's answer to it is there. */
  loseAnswerTo(text: string): Promise<void>
  close(): Promise<void>
}

export const createLossyProxy = async (target: string): Promise<LossyProxy> => {
  const to = new URL(target)
  const sockets = new Set<Socket>()
  let loss: { text: string; done: () => void } | undefined
  const server: Server = createServer((client) => {
    const upstream = connect(Number(to.port), to.hostname)
    let doomed: (() => void) | undefined
    const end = () => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', end).on('close', end)
    }
    client.on('data', (chunk) => {
      if (loss !== undefined && chunk.includes(loss.text)) {
        doomed = loss.done
        loss = undefined
      }
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      if (doomed !== undefined && isReadyForQuery(chunk)) {
        doomed()
        end()
      } else client.write(chunk)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  const url = new URL(target)
  url.host = `127.0.0.1:${address.port}`
  return {
    url: url.href,
    loseAnswerTo: (text) =>
      new Promise((done) => {
        loss = { text, done }
      }),
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Whether a ReadyForQuery starts in this chunk: then the transaction is over (PostgreSQL protocol 3, section 55.7). */
const isReadyForQuery = (chunk: Buffer): boolean => {
  for (let at = 0; at + 5 <= chunk.length; at += 1 + chunk.readUInt32BE(at + 1))
    if (chunk[at] === 'Z'.charCodeAt(0)) return true
  return false
}
