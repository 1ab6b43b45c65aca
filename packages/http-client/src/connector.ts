import { isIP, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { type AddressGuard, connectChecked, type Resolve } from '@millrace/address-guard'
import { MillraceError } from '@millrace/contracts'
import { buildConnector } from 'undici'
import { watchUse } from './stale.js'
import { skipContinue } from './unasked-continue.js'

/** TLS included, and all addresses of a host together. */
const CONNECT_MS = 10_000

export interface Connector {
  readonly connect: buildConnector.connector
  /**
   * Has what `send` connects at once done by then, in milliseconds of `performance.now()`, if not earlier. undici does
   * not tell its connector for which request it connects, but asks for a connection within the call.
   */
  within<T>(deadline: number, send: () => T): T
}

/**
 * Connects undici to checked addresses only, see `connectChecked`; the host's name is kept for TLS. An address that
 * does not answer takes its share of the time only, so that each one is tried.
 */
export function createConnector(guard: AddressGuard, resolve: Resolve): Connector {
  const open = buildConnector({ timeout: CONNECT_MS, keepAlive: true })
  let deadline = Number.POSITIVE_INFINITY
  return {
    connect(options, callback) {
      const timeLeft = createClock(deadline)
      connectChecked(guard, resolve, options.hostname, (address, left) =>
        openWithin(timeLeft() / left, open, { ...named(options), hostname: address }),
      ).then(
        (socket) => callback(null, skipContinue(watchUse(socket))),
        (error: Error) => callback(error, null),
      )
    },
    within(until, send) {
      deadline = until
      try {
        return send()
      } finally {
        deadline = Number.POSITIVE_INFINITY
      }
    },
  }
}

/** Milliseconds that are left of the time for connecting, which begins with the first question: a look-up is not in it. */
function createClock(deadline: number): () => number {
  let end: number | undefined
  return () => {
    const now = performance.now()
    end ??= Math.min(now + CONNECT_MS, deadline)
    return end - now
  }
}

function named(options: buildConnector.Options): buildConnector.Options {
  const isName = isIP(options.hostname.replace(/^\[|\]$/g, '')) === 0
  const servername = options.servername ?? (isName ? options.hostname : undefined)
  return servername === undefined ? options : { ...options, servername }
}

/** As it is declared, undici's connector gives nothing back; it gives the socket. */
type Open = (options: buildConnector.Options, callback: buildConnector.Callback) => unknown

function openWithin(ms: number, open: Open, options: buildConnector.Options): Promise<Socket | TLSSocket> {
  return new Promise((resolve, reject) => {
    const late = () =>
      new MillraceError('HTTP_FAILED', `${options.hostname} did not accept within ${Math.round(ms)} ms`)
    if (ms <= 0) return reject(late())
    const socket = open(options, (error, opened) => {
      clearTimeout(timer)
      if (error === null) resolve(opened)
      else reject(error)
    }) as Socket | undefined
    const timer = setTimeout(() => socket?.destroy(late()), ms)
  })
}
