import { isIP, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { buildConnector } from 'undici'
import { type AddressGuard, type Resolve, resolveChecked } from './address-guard.js'
import { watchUse } from './stale.js'

/**
 * Connects only to checked addresses. The host is resolved here and the connection made to the very addresses that
 * were checked, one after the other until one accepts (a look-up hook alone is skipped for IP literals); the
 * socket's peer is checked once more.
 */
export function createConnector(
  guard: AddressGuard,
  resolve: Resolve,
  connectMs: number,
): buildConnector.connector {
  const connect = promisify(buildConnector({ timeout: connectMs, keepAlive: true }))
  return (options, callback) => {
    connectToAny(connect, guard, resolve, options).then(
      (socket) => callback(null, socket),
      (error: Error) => callback(error, null),
    )
  }
}

type Connect = (options: buildConnector.Options) => Promise<Socket | TLSSocket>

const promisify =
  (connect: buildConnector.connector): Connect =>
  (options) =>
    new Promise((resolve, reject) => {
      connect(options, (error, socket) => (error === null ? resolve(socket) : reject(error)))
    })

async function connectToAny(
  connect: Connect,
  guard: AddressGuard,
  resolve: Resolve,
  options: buildConnector.Options,
): Promise<Socket | TLSSocket> {
  const addresses = await resolveChecked(guard, resolve, options.hostname)
  const isName = isIP(options.hostname.replace(/^\[|\]$/g, '')) === 0
  const servername = options.servername ?? (isName ? options.hostname : undefined)
  let refusal: unknown
  for (const { address } of addresses) {
    try {
      const named = servername === undefined ? {} : { servername }
      return watchUse(checkPeer(guard, await connect({ ...options, hostname: address, ...named })))
    } catch (error) {
      refusal = error
    }
  }
  throw refusal
}

function checkPeer(guard: AddressGuard, socket: Socket | TLSSocket): Socket | TLSSocket {
  try {
    guard.check(socket.remoteAddress ?? '')
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}
