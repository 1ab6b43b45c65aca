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

/** RFC 8305, section 5: milliseconds after which the next address is tried beside those before it. */
const STAGGER_MS = 250

/**
 * As `connectChecked`, but waits for no address for long: the next one is tried beside it, and the first that accepts counts.
 * `connect` leaves nothing behind once its signal is aborted. With several addresses, AggregateError has what each of them failed
 * with; also HTTP_BLOCKED, HTTP_FAILED (unknown host), and the signal's reason.
 */
export async function connectFirst<T extends Peer>(
  guard: AddressGuard,
  resolve: Resolve,
  host: string,
  connect: (address: string, signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const addresses = await resolveChecked(guard, resolve, host)
  const over = new AbortController()
  const errors: unknown[] = []
  const left = addresses.values()
  return await new Promise<T>((accept, refuse) => {
    let timer: NodeJS.Timeout | undefined
    const won = (peer: T) => {
      if (over.signal.aborted) return void peer.destroy()
      clearTimeout(timer)
      over.abort()
      accept(peer)
    }
    const lost = (error: unknown) => {
      errors.push(error)
      if (!signal.aborted && errors.length < addresses.length) return next()
      clearTimeout(timer)
      refuse(signal.aborted ? signal.reason : errors.length === 1 ? error : new AggregateError(errors))
    }
    const next = () => {
      clearTimeout(timer)
      const { value } = left.next()
      if (value === undefined || over.signal.aborted) return
      timer = setTimeout(next, STAGGER_MS)
      connect(value.address, AbortSignal.any([signal, over.signal]))
        .then((peer) => checkPeer(guard, peer))
        .then(won, lost)
    }
    next()
  })
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
