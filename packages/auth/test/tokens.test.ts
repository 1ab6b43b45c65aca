import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { exportSPKI, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { type Actor, createTokenService } from '../src/index.js'

const NOW = Date.UTC(2026, 0, 1)
const SECONDS = NOW / 1000
const secret = randomBytes(32)
const options = { secret, issuer: 'millrace', audience: 'millrace-api', now: () => NOW }
const service = createTokenService(options)

const actor: Actor = {
  userId: '01890a5d-ac96-774b-bcce-b302099a8057',
  workspaceId: '01890a5d-ac96-774b-bcce-b302099a8058',
  role: 'editor',
  email: 'a@example.com',
}

const PAYLOAD: JWTPayload = {
  sub: actor.userId,
  ws: actor.workspaceId,
  role: actor.role,
  email: actor.email,
  iss: 'millrace',
  aud: 'millrace-api',
  iat: SECONDS,
  exp: SECONDS + 900,
}
const HEADER: JWTHeaderParameters = { alg: 'HS256', typ: 'at+jwt' }

const without = (name: string): JWTPayload =>
  Object.fromEntries(Object.entries(PAYLOAD).filter(([key]) => key !== name))

const forge = (payload: JWTPayload, header: Record<string, unknown> = {}, key: Uint8Array = secret) =>
  new SignJWT(payload).setProtectedHeader({ ...HEADER, ...header }).sign(key)

const unsigned = (alg: string): string => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg, typ: 'at+jwt' })}.${part(PAYLOAD)}.`
}

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

describe('access tokens', () => {
  test('what was signed is read back, from a header too', async () => {
    const { accessToken, expiresIn } = await service.sign(actor)
    expect(expiresIn).toBe(900)
    expect(await service.verify(accessToken)).toEqual(actor)
    expect(await service.authenticate(`Bearer ${accessToken}`)).toEqual(actor)
    expect(await service.verify(await forge(PAYLOAD))).toEqual(actor)
  })

  test.each<[string, () => string | Promise<string>]>([
    ['nothing', () => ''],
    ['garbage', () => 'a.b.c'],
    ['alg none', () => unsigned('none')],
    ['alg NONE', () => unsigned('NONE')],
    ['alg nOnE', () => unsigned('nOnE')],
    [
      'HS256 signed with a public key',
      async () => forge(PAYLOAD, {}, Buffer.from(await exportSPKI(publicKey))),
    ],
    ['another secret', () => forge(PAYLOAD, {}, randomBytes(32))],
    ['HS512', () => forge(PAYLOAD, { alg: 'HS512' }, randomBytes(64))],
    ['an unknown kid', () => forge(PAYLOAD, { kid: 'other' })],
    ['a kid like a path', () => forge(PAYLOAD, { kid: '../../../dev/null' })],
    ['a kid like SQL', () => forge(PAYLOAD, { kid: "' OR 1=1 --" })],
    ['an embedded jwk', () => forge(PAYLOAD, { jwk: { kty: 'oct', k: secret.toString('base64url') } })],
    ['a jku', () => forge(PAYLOAD, { jku: 'https://evil.example/keys' })],
    ['an x5u', () => forge(PAYLOAD, { x5u: 'https://evil.example/cert' })],
    ['expired', () => forge({ ...PAYLOAD, iat: SECONDS - 1_000, exp: SECONDS - 100 })],
    ['not valid yet', () => forge({ ...PAYLOAD, nbf: SECONDS + 60 })],
    ['made in the future', () => forge({ ...PAYLOAD, iat: SECONDS + 60 })],
    ['no exp', () => forge(without('exp'))],
    ['no iat', () => forge(without('iat'))],
    ['a year to live', () => forge({ ...PAYLOAD, iat: SECONDS - 1_000, exp: SECONDS + 31_536_000 })],
    ['another audience', () => forge({ ...PAYLOAD, aud: 'other' })],
    ['another issuer', () => forge({ ...PAYLOAD, iss: 'other' })],
    ['a token for another purpose', () => forge(PAYLOAD, { typ: 'refresh+jwt' })],
    ['a role that does not exist', () => forge({ ...PAYLOAD, role: 'god' })],
    ['no workspace', () => forge(without('ws'))],
    ['a refresh token', () => randomBytes(32).toString('base64url')],
  ])('%s is refused', async (_name, make) => {
    await expect(service.verify(await make())).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  test('a token ends 15 minutes after it was made', async () => {
    const { accessToken } = await service.sign(actor)
    const later = createTokenService({ ...options, now: () => NOW + 901_000 })
    await expect(later.verify(accessToken)).rejects.toThrow('expired')
  })

  test.each([undefined, '', 'Bearer', 'Basic abc', 'Bearer a b'])('header %o is refused', async (header) => {
    await expect(service.authenticate(header)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  test('a short secret is refused at the start', () => {
    expect(() => createTokenService({ ...options, secret: randomBytes(31) })).toThrow(RangeError)
  })
})
