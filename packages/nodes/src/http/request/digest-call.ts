import { randomBytes } from 'node:crypto'
import { type CredentialData, MillraceError } from '@millrace/contracts'
import type { NodeContext, NodeHttpRequest, NodeHttpResponse } from '../../define.js'
import { digestAuthorization } from './digest.js'

/**
 * Calls without a name first, and once more with the digest that the server has then asked for. A server that asks
 * refuses the first call, so that a write happens once. Throws INVALID_PARAMS for a credential without a password.
 */
export const callWithDigest = async (
  ctx: Pick<NodeContext, 'http'>,
  call: NodeHttpRequest,
  credential: CredentialData | undefined,
): Promise<NodeHttpResponse> => {
  if (credential?.type !== 'basic')
    throw new MillraceError('INVALID_PARAMS', 'Digest authentication takes a credential of type basic')
  const first = await ctx.http(call)
  if (first.status !== 401) return first
  const cnonce = randomBytes(16).toString('hex')
  const asked = first.headers['www-authenticate']
  const authorization = digestAuthorization(asked, { ...credential.data, ...call, cnonce })
  if (authorization === undefined) return first
  return await ctx.http({ ...call, headers: { ...call.headers, authorization } })
}
