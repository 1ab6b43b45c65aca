import { MillraceError, role } from '@millrace/contracts'
import { errors, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import type { Actor } from './roles.js'

export interface TokenOptions {
  /** At least 32 bytes; the boot refuses less. */
  readonly secret: Uint8Array
  readonly issuer: string
  readonly audience: string
  /** Milliseconds since the epoch, of this process: a token's times are checked against it. */
  readonly now: () => number
}

/** What every service of one Millrace must agree on, beside the secret. */
export const API_TOKENS = { issuer: 'millrace', audience: 'millrace-api' } as const

export interface TokenService {
  sign(actor: Actor): Promise<{ accessToken: string; expiresIn: number }>
  /** Throws UNAUTHENTICATED for anything but a valid access token of this service. */
  verify(token: string): Promise<Actor>
  /** `verify` on an `Authorization` header. Throws UNAUTHENTICATED, also when it is missing. */
  authenticate(authorization: string | undefined): Promise<Actor>
}

/** Seconds. */
const LIFETIME = 15 * 60
const MIN_SECRET_BYTES = 32
/** RFC 9068: keeps a token made for another purpose from passing as an access token. */
const TYPE = 'at+jwt'

const claims = z.object({ sub: z.uuid(), ws: z.uuid(), role, email: z.string() })

/** Signs and checks access tokens: JWT, HS256, 15 minutes. Throws RangeError on a secret under 32 bytes. */
export const createTokenService = (options: TokenOptions): TokenService => {
  if (options.secret.byteLength < MIN_SECRET_BYTES)
    throw new RangeError(`the token secret needs at least ${MIN_SECRET_BYTES} bytes`)
  const verify = (token: string): Promise<Actor> => verifyAccessToken(token, options)
  return {
    verify,
    sign: (actor) => signAccessToken(actor, options),
    authenticate: async (authorization) => verify(bearerToken(authorization)),
  }
}

const signAccessToken = async (
  actor: Actor,
  { secret, issuer, audience, now }: TokenOptions,
): Promise<{ accessToken: string; expiresIn: number }> => {
  const issuedAt = Math.floor(now() / 1000)
  const accessToken = await new SignJWT({ ws: actor.workspaceId, role: actor.role, email: actor.email })
    .setProtectedHeader({ alg: 'HS256', typ: TYPE })
    .setSubject(actor.userId)
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + LIFETIME)
    .sign(secret)
  return { accessToken, expiresIn: LIFETIME }
}

const verifyAccessToken = async (
  token: string,
  { secret, issuer, audience, now }: TokenOptions,
): Promise<Actor> => {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, secret, {
      algorithms: ['HS256'],
      issuer,
      audience,
      typ: TYPE,
      requiredClaims: ['exp', 'iat', 'sub', 'iss', 'aud'],
      maxTokenAge: LIFETIME,
      currentDate: new Date(now()),
    })
    refuseForeignKeys(protectedHeader)
    const { sub, ws, role, email } = claims.parse(payload)
    return { userId: sub, workspaceId: ws, role, email }
  } catch (error) {
    throw new MillraceError('UNAUTHENTICATED', reasonOf(error))
  }
}

/** There is one key and no key id: a header that names or carries a key was not made here. */
const refuseForeignKeys = (header: object): void => {
  for (const member of ['kid', 'jwk', 'jku', 'x5u', 'x5c'])
    if (member in header) throw new Error(`header ${member}`)
}

const reasonOf = (error: unknown): string =>
  error instanceof errors.JWTExpired ? 'The access token has expired' : 'The access token is not valid'

const bearerToken = (authorization: string | undefined): string => {
  const token = authorization === undefined ? undefined : /^Bearer +(\S+)$/i.exec(authorization)?.[1]
  if (token === undefined)
    throw new MillraceError('UNAUTHENTICATED', 'The Authorization header holds no bearer token')
  return token
}
