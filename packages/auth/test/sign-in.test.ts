import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createSignIn, createTokenService } from '../src/index.js'
import { addUser, PASSWORD, useDatabase } from './database-for-test.js'

const sql = useDatabase()
const tokens = createTokenService({
  secret: randomBytes(32),
  issuer: 'millrace',
  audience: 'millrace-api',
  now: () => Date.now(),
})
const signIn = () => createSignIn(sql(), tokens)

let users = 0
/** Every test has a user and an address of its own. */
const newUser = async () => {
  users++
  return { ...(await addUser(sql(), `User${users}@Example.com`)), ip: `203.0.113.${users}` }
}

const login = (email: string, ip: string, password = PASSWORD) => signIn().login({ email, password, ip })
const codeOf = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'ok',
    (error: { code?: string }) => error.code ?? String(error),
  )

describe('login', () => {
  test('gives a token of the user in their workspace, whatever the case of the address', async () => {
    const user = await newUser()
    const { answer } = await login(user.email.toUpperCase(), user.ip)
    const actor = await tokens.verify(answer.accessToken)
    expect(actor).toEqual({
      userId: user.userId,
      workspaceId: user.workspaceId,
      role: 'editor',
      email: user.email,
    })
    expect(await signIn().whoIs(actor)).toEqual({ workspace: answer.workspace, user: answer.user })
  })

  test('a wrong password and an unknown user get the same answer', async () => {
    const user = await newUser()
    const wrong = await login(user.email, user.ip, 'wrong').catch((error: unknown) => error)
    const unknown = await login('nobody@example.com', user.ip, 'wrong').catch((error: unknown) => error)
    expect(wrong).toMatchObject({ code: 'INVALID_CREDENTIALS' })
    expect(unknown).toEqual(wrong)
  })
})

describe('lockout', () => {
  test('five failures lock the account for 15 minutes, the next for 30, from any address', async () => {
    const user = await newUser()
    for (let i = 0; i < 5; i++)
      expect(await codeOf(login(user.email, `198.51.100.${i}`, 'wrong'))).toBe('INVALID_CREDENTIALS')
    const locked = await login(user.email, '198.51.100.10').catch((error: unknown) => error)
    expect(locked).toMatchObject({ code: 'ACCOUNT_LOCKED' })
    const waitMs = (locked as { extras: { retryAfterMs: number } }).extras.retryAfterMs
    expect(waitMs / 60_000).toBeCloseTo(15, 0)

    await sql()`UPDATE sign_in_attempts SET locked_until = clock_timestamp() WHERE subject LIKE 'account:%'`
    expect(await codeOf(login(user.email, '198.51.100.11', 'wrong'))).toBe('INVALID_CREDENTIALS')
    const [row] = await sql()`
      SELECT round(extract(epoch FROM max(locked_until) - clock_timestamp()) / 60)::int AS minutes
      FROM sign_in_attempts WHERE subject LIKE 'account:%'`
    expect(row?.minutes).toBe(30)
  })

  test('an account that does not exist locks alike', async () => {
    for (let i = 0; i < 5; i++) await codeOf(login('ghost@example.com', `192.0.2.${i}`, 'wrong'))
    expect(await codeOf(login('ghost@example.com', '192.0.2.99', 'wrong'))).toBe('ACCOUNT_LOCKED')
  })

  test('five failures from one address lock it for every account; an IPv6 /64 is one address', async () => {
    const user = await newUser()
    for (let i = 0; i < 5; i++)
      await codeOf(login(`spray${i}@example.com`, `2001:db8:1:2::${i + 1}`, 'wrong'))
    expect(await codeOf(login(user.email, '2001:db8:1:2:ffff::9'))).toBe('ACCOUNT_LOCKED')
    expect(await codeOf(login(user.email, '2001:db8:1:3::1'))).toBe('ok')
  })

  test('a burst of parallel guesses gets no more than five tries', async () => {
    const user = await newUser()
    const codes = await Promise.all(
      Array.from({ length: 12 }, (_, i) => codeOf(login(user.email, `198.18.0.${i}`, 'wrong'))),
    )
    expect(codes.filter((code) => code === 'INVALID_CREDENTIALS')).toHaveLength(5)
    expect(codes.filter((code) => code === 'ACCOUNT_LOCKED')).toHaveLength(7)
  })

  test('success clears the account, and takes back only itself from the address', async () => {
    const user = await newUser()
    for (let i = 0; i < 4; i++) await codeOf(login(user.email, user.ip, 'wrong'))
    expect(await codeOf(login(user.email, user.ip))).toBe('ok')
    const rows = await sql()`SELECT failures, locked_until FROM sign_in_attempts
      WHERE subject = ${`address:${user.ip}`}`
    expect(rows).toEqual([{ failures: 4, locked_until: null }])
    await codeOf(login(user.email, user.ip, 'wrong'))
    expect(await codeOf(login(user.email, user.ip))).toBe('ACCOUNT_LOCKED')
  })
})

describe('refresh', () => {
  const age = (seconds: number) =>
    sql()`UPDATE refresh_tokens SET used_at = used_at - make_interval(secs => ${seconds})`

  test('rotates: each token works once, and gives the next', async () => {
    const user = await newUser()
    const first = await login(user.email, user.ip)
    const second = await signIn().refresh(first.refreshToken)
    expect(second.answer.user).toEqual(first.answer.user)
    expect(second.refreshToken).not.toBe(first.refreshToken)
    expect(await codeOf(signIn().refresh(second.refreshToken))).toBe('ok')
  })

  test('a reuse after the grace revokes the family, and no other', async () => {
    const user = await newUser()
    const [stolen, other] = [await login(user.email, user.ip), await login(user.email, user.ip)]
    const next = await signIn().refresh(stolen.refreshToken)
    expect(await codeOf(signIn().refresh(stolen.refreshToken))).toBe('ok')
    await age(11)
    expect(await codeOf(signIn().refresh(stolen.refreshToken))).toBe('UNAUTHENTICATED')
    expect(await codeOf(signIn().refresh(next.refreshToken))).toBe('UNAUTHENTICATED')
    expect(await codeOf(signIn().refresh(other.refreshToken))).toBe('ok')
  })

  test('an expired, an unknown and a signed-out token are refused', async () => {
    const user = await newUser()
    const { refreshToken } = await login(user.email, user.ip)
    await signIn().logout(refreshToken)
    await signIn().logout('unknown')
    expect(await codeOf(signIn().refresh(refreshToken))).toBe('UNAUTHENTICATED')
    expect(await codeOf(signIn().refresh('unknown'))).toBe('UNAUTHENTICATED')
    const late = await login(user.email, user.ip)
    await sql()`UPDATE refresh_tokens SET expires_at = clock_timestamp() WHERE user_id = ${user.userId}`
    expect(await codeOf(signIn().refresh(late.refreshToken))).toBe('UNAUTHENTICATED')
  })

  test('who has left the workspace gets no new token', async () => {
    const user = await newUser()
    const { refreshToken } = await login(user.email, user.ip)
    await sql()`DELETE FROM memberships WHERE user_id = ${user.userId}`
    expect(await codeOf(signIn().refresh(refreshToken))).toBe('UNAUTHENTICATED')
    expect(await codeOf(login(user.email, user.ip))).toBe('INVALID_CREDENTIALS')
  })

  test('the database holds no token, only hashes', async () => {
    const user = await newUser()
    const { refreshToken } = await login(user.email, user.ip)
    const rows = await sql()`SELECT refresh_tokens::text AS row FROM refresh_tokens`
    expect(JSON.stringify(rows)).not.toContain(refreshToken)
  })
})
