import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

export interface NameServer {
  /** host:port, as nginx' `resolver` takes it. */
  readonly address: string
  /** Where names lead; undefined: they are not known. */
  set(name: string, ip: string | undefined): void
  close(): void
}

const FOUND = 0x8180
const UNKNOWN = 0x8183

/** Answers for A records as the name server of a container network does (RFC 1035, section 4). */
export const startNameServer = async (): Promise<NameServer> => {
  const names = new Map<string, string>()
  const socket = createSocket('udp4')
  socket.on('message', (query, from) => {
    const [name, end] = readName(query)
    const ip = names.get(name)
    const head = Buffer.alloc(12)
    query.copy(head, 0, 0, 2)
    head.writeUInt16BE(ip === undefined ? UNKNOWN : FOUND, 2)
    head.writeUInt16BE(1, 4)
    head.writeUInt16BE(ip === undefined ? 0 : 1, 6)
    const question = query.subarray(12, end + 4)
    const answer =
      ip === undefined
        ? Buffer.alloc(0)
        : Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, ...ip.split('.').map(Number)])
    socket.send(Buffer.concat([head, question, answer]), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    address: `127.0.0.1:${(socket.address() as AddressInfo).port}`,
    set: (name, ip) => void (ip === undefined ? names.delete(name) : names.set(name, ip)),
    close: () => socket.close(),
  }
}

/** The name in the question, and where it ends. */
const readName = (query: Buffer): [string, number] => {
  const labels: string[] = []
  let at = 12
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
  return [labels.join('.'), at + 1]
}
