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
      if (allowed.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits)))
        return
      throw new MillraceError('HTTP_BLOCKED', `${address} is a private address (${parsed.range()})`, {
        details: { retryable: false },
      })
    },
  }
}

/** A mapped IPv4 address is judged as what it reaches. */
function parseAddress(address: string): ipaddr.IPv4 | ipaddr.IPv6 {
  const bare = address.replace(/%.*$/, '')
  if (!ipaddr.isValid(bare)) throw new MillraceError('HTTP_BLOCKED', `${address} is not an IP address`)
  return ipaddr.process(bare)
}

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

/**
 * Every address of a host, each of them checked: one closed address among open ones closes the host, since a
 * second look-up could choose it. Throws MillraceError HTTP_BLOCKED, HTTP_FAILED (unknown host).
 */
export async function resolveChecked(
  guard: AddressGuard,
  resolve: Resolve,
  host: string,
): Promise<LookupAddress[]> {
  const literal = host.replace(/^\[|\]$/g, '')
  if (isIP(literal) !== 0) {
    guard.check(literal)
    return [{ address: literal, family: isIP(literal) }]
  }
  const addresses = await lookUp(resolve, literal)
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
