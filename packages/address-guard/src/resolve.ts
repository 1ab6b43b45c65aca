import { type LookupAddress, lookup } from 'node:dns'
import { isIP } from 'node:net'
import { MillraceError } from '@millrace/contracts'
import type { AddressGuard } from './guard.js'

/** All addresses of a host, as the operating system gives them. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>

export const systemResolve: Resolve = (host) =>
  new Promise((resolve, reject) => {
    lookup(host, { all: true, verbatim: true }, (error, addresses) =>
      error === null ? resolve(addresses) : reject(error),
    )
  })

/** Loopback by RFC 6761, section 6.3, whether or not the operating system knows `localhost.` and names under it. */
const LOOPBACK_NAME = /(^|\.)localhost\.?$/i

/**
 * Every address of a host, each of them checked: one closed address among open ones closes the host, since a
 * second look-up could choose it. Throws MillraceError HTTP_BLOCKED, HTTP_FAILED (unknown host).
 */
export async function resolveChecked(
  guard: AddressGuard,
  resolve: Resolve,
  host: string,
): Promise<readonly LookupAddress[]> {
  const name = canonicalHost(host)
  if (isIP(name) !== 0) {
    guard.check(name)
    return [{ address: name, family: isIP(name) }]
  }
  const addresses = await lookUp(resolve, LOOPBACK_NAME.test(name) ? 'localhost' : name)
  for (const { address } of addresses) guard.check(address)
  return addresses
}

/**
 * One spelling of a host, the URL standard's: decimal, hexadecimal, octal and short forms of an IPv4 address, other
 * digits and a dot at its end become the address that a browser would call; `[…]` is taken off.
 */
function canonicalHost(host: string): string {
  const bare = host.replace(/^\[|\]$/g, '')
  if (isIP(bare) !== 0) return bare
  const hostname = /[/?#@\\:]/.test(bare) ? undefined : URL.parse(`http://${bare}/`)?.hostname
  if (hostname === undefined || hostname === '')
    throw new MillraceError('HTTP_BLOCKED', `${bare} is neither an IP address nor the name of a host`, {
      details: { retryable: false },
    })
  return hostname
}

async function lookUp(resolve: Resolve, host: string): Promise<readonly LookupAddress[]> {
  try {
    const addresses = await resolve(host)
    if (addresses.length > 0) return addresses
  } catch (cause) {
    throw new MillraceError('HTTP_FAILED', `the host ${host} cannot be resolved`, { cause })
  }
  throw new MillraceError('HTTP_FAILED', `the host ${host} has no address`)
}
