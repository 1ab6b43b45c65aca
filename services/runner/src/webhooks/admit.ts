import { MillraceError } from '@millrace/contracts'
import type { Listener } from '../published/listeners.js'
import { isAllowedIp } from './allow-ips.js'
import { type IncomingHook, verifyHook } from './verify.js'

/**
 * Whether this request may start a run. What it says is the same for every way of being wrong, so that a caller
 * learns nothing about the secret.
 * @throws WEBHOOK_UNAUTHORIZED, WEBHOOK_NOT_CONFIGURED
 */
export const admitHook = ({ route, secret }: Listener, hook: IncomingHook, ip: string): void => {
  if (route.allowIps !== undefined && !isAllowedIp(ip, route.allowIps)) {
    throw new MillraceError('WEBHOOK_UNAUTHORIZED')
  }
  if (route.auth.kind === 'none') return
  // Fails closed: an empty secret would accept anyone who signs with nothing.
  if (secret === undefined || secret === '') throw new MillraceError('WEBHOOK_NOT_CONFIGURED')
  if (!verifyHook(route.auth, secret, hook)) throw new MillraceError('WEBHOOK_UNAUTHORIZED')
}
