import { type LookupAddress, lookup } from 'node:dns'
import { isIP } from 'node:net'
import { MillraceError } from '@millrace/contracts'
import ipaddr from 'ipaddr.js'

/**
 * Decides which addresses may be called. Owns the list of what is closed: everything that is not public unicast,
 * and what only leads there (NAT64, 6to4, Teredo, mapped addresses). Source of the vectors: published advisories.
 */
export interface AddressGuard {
  /** Throws MillraceError HTTP_BLOCKED. */
  check(address: string): void
}

/** All addresses of a host, as the operating system gives them. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>

export const systemResolve: Resolve = (host) =>
  new Promise((resolve, reject) => {
    lookup(host, { all: true, verbatim: true }, (error, addresses) =>
      error === null ? resolve(addresses) : reject(error),
    )
  })

/** `allowPrivate`: CIDRs that may be reached although they are not public. */
export function createAddressGuard(allowPrivate: readonly string[]): AddressGuard {
  const allowed = allowPrivate.map((cidr) => ipaddr.parseCIDR(cidr))
  return {
    check(address) {
      const parsed = parseAddress(address)
      if (isPublic(parsed)) return
      const reached = unmapped(parsed)
      if (
        allowed.some(([network, bits]) => network.kind() === reached.kind() && reached.match(network, bits))
      )
        return
      throw new MillraceError('HTTP_BLOCKED', `${address} is a private address (${parsed.range()})`, {
        details: { retryable: false },
      })
    },
  }
}

/** Strict: short and octal forms, which ipaddr.js would read, mean different hosts to different readers. */
function parseAddress(address: string): ipaddr.IPv4 | ipaddr.IPv6 {
  if (isIP(address) === 0) throw new MillraceError('HTTP_BLOCKED', `${address} is not an IP address`)
  return ipaddr.parse(address.replace(/%.*$/, ''))
}

/** An exception for an IPv4 network holds for its mapped form, which reaches the same host. */
const unmapped = (address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 =>
  address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address

const EXTRA_BLOCKED: readonly [ipaddr.IPv6, number][] = [
  ipaddr.parseCIDR('64:ff9b::/96'),
  ipaddr.parseCIDR('64:ff9b:1::/48'),
  ipaddr.parseCIDR('2002::/16'),
  ipaddr.parseCIDR('2001::/32'),
  ipaddr.parseCIDR('fec0::/10'),
  ipaddr.parseCIDR('::/96'),
] as [ipaddr.IPv6, number][]
const EXTRA_BLOCKED_V4 = [ipaddr.parseCIDR('198.18.0.0/15'), ipaddr.parseCIDR('192.0.0.0/24')] as [
  ipaddr.IPv4,
  number,
][]

function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast') return false
  return address instanceof ipaddr.IPv4
    ? !EXTRA_BLOCKED_V4.some(([network, bits]) => address.match(network, bits))
    : !EXTRA_BLOCKED.some(([network, bits]) => address.match(network, bits))
}

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
): Promise<LookupAddress[]> {
  const name = host.replace(/^\[|\]$/g, '')
  if (isIP(name) !== 0) {
    guard.check(name)
    return [{ address: name, family: isIP(name) }]
  }
  const addresses = await lookUp(resolve, LOOPBACK_NAME.test(name) ? 'localhost' : name)
  for (const { address } of addresses) guard.check(address)
  return [...addresses]
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
