import { isIP } from 'node:net'
import { MillraceError } from '@millrace/contracts'
import ipaddr from 'ipaddr.js'

/**
 * Decides which addresses may be called, whatever the protocol. Owns the list of what is closed: everything that is not
 * global unicast, and what only leads there (NAT64, 6to4, Teredo, mapped and compatible addresses). Source of the
 * vectors: published advisories; of the networks: IANA's registries of special-purpose addresses.
 */
export interface AddressGuard {
  /** Throws MillraceError HTTP_BLOCKED. */
  check(address: string): void
}

/** `allowPrivate`: CIDRs that may be reached although they are not public. */
export function createAddressGuard(allowPrivate: readonly string[]): AddressGuard {
  const allowed = allowPrivate.map((cidr) => ipaddr.parseCIDR(cidr))
  return {
    check(address) {
      const parsed = parseAddress(address)
      // A zone names an interface of this machine: nothing global has one.
      if (!address.includes('%') && isPublic(parsed)) return
      const reached = unmapped(parsed)
      if (
        allowed.some(([network, bits]) => network.kind() === reached.kind() && reached.match(network, bits))
      )
        return
      throw new MillraceError('HTTP_BLOCKED', `${address} is not a public address (${parsed.range()})`, {
        details: { retryable: false },
      })
    },
  }
}

/** Strict: short and octal forms, which ipaddr.js would read, mean different hosts to different readers. */
function parseAddress(address: string): ipaddr.IPv4 | ipaddr.IPv6 {
  if (isIP(address) === 0)
    throw new MillraceError('HTTP_BLOCKED', `${address} is not an IP address`, {
      details: { retryable: false },
    })
  return ipaddr.parse(address.replace(/%.*$/, ''))
}

/** An exception for an IPv4 network holds for its mapped form, which reaches the same host. */
const unmapped = (address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 =>
  address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address

/** All that is assigned for global unicast, RFC 4291. Everything else of IPv6 is closed. */
const GLOBAL_V6 = ipaddr.IPv6.parseCIDR('2000::/3')
const CLOSED_V6 = [
  '2001::/23', // protocol assignments: Teredo, benchmarks, ORCHID
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4
  '3fff::/20', // documentation
].map((cidr) => ipaddr.IPv6.parseCIDR(cidr))
/** Beside what ipaddr.js knows as private, reserved, loopback … */
const CLOSED_V4 = ['192.0.0.0/24', '192.88.99.0/24', '198.18.0.0/15'].map((cidr) =>
  ipaddr.IPv4.parseCIDR(cidr),
)

function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address instanceof ipaddr.IPv4)
    return address.range() === 'unicast' && !CLOSED_V4.some(([network, bits]) => address.match(network, bits))
  return (
    address.match(...GLOBAL_V6) &&
    address.range() === 'unicast' &&
    !CLOSED_V6.some(([network, bits]) => address.match(network, bits))
  )
}
