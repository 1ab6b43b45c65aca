import type { AddressGuard } from './guard.js'
import { type Resolve, resolveChecked } from './resolve.js'

/** A connection, as far as the guard looks at it. */
export interface Peer {
  readonly remoteAddress?: string | undefined
  destroy(): unknown
}

/**
 * Connects only to checked addresses. The host is resolved here and `connect` is given the very addresses that were
 * checked, one after the other until one accepts (a look-up hook alone is skipped for IP literals); the peer is
 * checked once more. `left` counts the addresses that are not tried yet, this one included. What `connect` throws for the last address is thrown; also HTTP_BLOCKED, HTTP_FAILED (unknown host).
 */
export async function connectChecked<T extends Peer>(
  guard: AddressGuard,
  resolve: Resolve,
  host: string,
  connect: (address: string, left: number) => Promise<T>,
): Promise<T> {
  let refusal: unknown
  const addresses = await resolveChecked(guard, resolve, host)
  for (const [index, { address }] of addresses.entries()) {
    try {
      return checkPeer(guard, await connect(address, addresses.length - index))
    } catch (error) {
      refusal = error
    }
  }
  throw refusal
}

function checkPeer<T extends Peer>(guard: AddressGuard, peer: T): T {
  try {
    guard.check(peer.remoteAddress ?? '')
    return peer
  } catch (error) {
    peer.destroy()
    throw error
  }
}
