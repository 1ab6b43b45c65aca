import { isIP, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { type AddressGuard, connectChecked, type Resolve } from '@millrace/address-guard'
import { buildConnector } from 'undici'
import { watchUse } from './stale.js'

/** Connects undici to checked addresses only, see `connectChecked`; the host's name is kept for TLS. */
export function createConnector(
  guard: AddressGuard,
  resolve: Resolve,
  connectMs: number,
): buildConnector.connector {
  const connect = promisify(buildConnector({ timeout: connectMs, keepAlive: true }))
  return (options, callback) => {
    const isName = isIP(options.hostname.replace(/^\[|\]$/g, '')) === 0
    const servername = options.servername ?? (isName ? options.hostname : undefined)
    const named = servername === undefined ? {} : { servername }
    connectChecked(guard, resolve, options.hostname, (address) =>
      connect({ ...options, hostname: address, ...named }),
    ).then(
      (socket) => callback(null, watchUse(socket)),
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
