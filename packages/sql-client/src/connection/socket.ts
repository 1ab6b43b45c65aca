import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { type AddressGuard, connectFirst, type Resolve } from '@millrace/address-guard'
import type { TlsDemand } from '@millrace/postgres-url'

/** Where to connect, and how. */
export interface Target {
  /** A name or an address. */
  readonly host: string
  readonly port: number
  readonly tls: TlsDemand
}

export interface Door {
  readonly guard: AddressGuard
  readonly resolve: Resolve
}

/** Milliseconds for all addresses of a host together to accept. */
const CONNECT_MS = 10_000
const KEEP_ALIVE_MS = 10_000
/** PostgreSQL documentation, section 53.7: SSLRequest. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

/**
 * A connection to a checked address that stands, encrypted where the target asks for it: the name is kept for the
 * certificate, whatever the address. Ends with the signal. Throws HTTP_BLOCKED, and errors of the network as they are.
 */
export async function openSocket(door: Door, target: Target, signal: AbortSignal): Promise<Socket> {
  // From the first address on: a look-up is not in it.
  let end: number | undefined
  const socket = await connectFirst(
    door.guard,
    door.resolve,
    target.host,
    (address, over) => {
      end ??= performance.now() + CONNECT_MS
      return connectTo(address, target.port, end - performance.now(), over)
    },
    signal,
  )
  const abort = () => socket.destroy(asError(signal.reason))
  signal.addEventListener('abort', abort, { once: true })
  try {
    signal.throwIfAborted()
    return await secure(socket, target.tls)
  } catch (error) {
    socket.destroy()
    throw signal.aborted ? signal.reason : error
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

function connectTo(host: string, port: number, ms: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const socket = connectTcp({
      host,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
    })
    const late = setTimeout(
      () => fail(new Error(`${host} did not accept within ${Math.max(0, Math.round(ms))} ms`)),
      ms,
    )
    const abort = () => fail(signal.reason)
    const settle = () => {
      clearTimeout(late)
      signal.removeEventListener('abort', abort)
      socket.off('error', fail)
    }
    const fail = (error: unknown) => {
      settle()
      socket.on('error', () => {}).destroy()
      reject(error)
    }
    signal.addEventListener('abort', abort, { once: true })
    socket.once('error', fail).once('connect', () => {
      settle()
      resolve(socket)
    })
  })
}

async function secure(socket: Socket, { use, options }: TlsDemand): Promise<Socket> {
  if (use === 'never') return socket
  socket.write(SSL_REQUEST)
  const answer = await nextBytes(socket)
  // More than one byte would be data that somebody slipped in before the encryption (CVE-2021-23222).
  if (answer.length !== 1) throw new Error('the answer to the request for TLS is not one of Postgres')
  if (answer[0] === 0x53) return await encrypt(socket, options)
  if (answer[0] === 0x4e && use === 'optional') return socket
  throw new Error(
    answer[0] === 0x4e
      ? 'the server offers no TLS'
      : 'the answer to the request for TLS is not one of Postgres',
  )
}

const nextBytes = (socket: Socket): Promise<Buffer> =>
  untilEvent(socket, (resolve) => socket.once('data', resolve))

const encrypt = (socket: Socket, options: TlsDemand['options']): Promise<TLSSocket> => {
  const encrypted = connectTls({ ...options, socket })
  return untilEvent(encrypted, (resolve) => encrypted.once('secureConnect', () => resolve(encrypted)))
}

/** What the event gives, or the error or end that comes instead. */
function untilEvent<T>(socket: Socket, listen: (resolve: (value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      socket.off('close', closed)
      reject(error)
    }
    const closed = () => fail(new Error('the server closed the connection'))
    socket.once('error', fail).once('close', closed)
    listen((value) => {
      socket.off('error', fail).off('close', closed)
      resolve(value)
    })
  })
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)))
