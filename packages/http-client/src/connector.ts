import { isIP, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { MillraceError } from '@millrace/contracts'
import { buildConnector } from 'undici'
import { type AddressGuard, type Resolve, resolveChecked } from './address-guard.js'

/**
 * Connects only to checked addresses. The host is resolved here and the connection made to the very address that
 * was checked (a look-up hook alone is skipped for IP literals); the socket's peer is checked once more.
 */
export function createConnector(
  guard: AddressGuard,
  resolve: Resolve,
  connectMs: number,
): buildConnector.connector {
  const connect = buildConnector({ timeout: connectMs, keepAlive: true })
  return (options, callback) => {
    resolveChecked(guard, resolve, options.hostname).then(
      ([first]) => {
        if (first === undefined)
          return callback(new MillraceError('HTTP_FAILED', `no address for ${options.hostname}`), null)
        const servername = options.servername ?? (isIP(options.hostname) === 0 ? options.hostname : undefined)
        connect(
          { ...options, hostname: first.address, ...(servername === undefined ? {} : { servername }) },
          (error, socket) => {
            if (error !== null) return callback(error, null)
            checkPeer(guard, socket, callback)
          },
        )
      },
      (error: Error) => callback(error, null),
    )
  }
}

function checkPeer(guard: AddressGuard, socket: Socket | TLSSocket, callback: buildConnector.Callback): void {
  try {
    guard.check(socket.remoteAddress ?? '')
    callback(null, socket)
  } catch (error) {
    socket.destroy()
    callback(error as Error, null)
  }
}
