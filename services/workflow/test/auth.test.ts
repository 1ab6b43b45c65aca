import { describe, expect, test } from 'vitest'
import { PASSWORD, useWorld } from './world.js'

const world = useWorld()

const post = (path: string, headers: Record<string, string> = {}, payload?: object) =>
  world().app.inject({
    method: 'POST',
    url: `/api/v1/auth/${path}`,
    headers: { host: 'millrace.example', ...headers },
    ...(payload === undefined ? {} : { payload }),
  })

const login = async () => {
  const answer = await post('login', {}, { email: world().home.email, password: PASSWORD })
  const cookie = answer.cookies.find(({ name }) => name === 'millrace_refresh')
  return { answer, cookie, header: { cookie: `millrace_refresh=${cookie?.value}` } }
}
const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' }

describe('sign-in', () => {
  test('gives an access token, and a refresh token out of reach of scripts', async () => {
    const { answer, cookie } = await login()
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toMatchObject({
      expiresIn: 900,
      workspace: { id: world().home.id, slug: 'home' },
      user: { email: world().home.email, role: 'admin' },
    })
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', secure: true, path: '/api/v1/auth' })
    expect(answer.body).not.toContain(cookie?.value)

    const authorization = `Bearer ${answer.json().accessToken}`
    const me = await world().app.inject({ url: '/api/v1/auth/me', headers: { authorization } })
    expect(me.json()).toEqual({ workspace: answer.json().workspace, user: answer.json().user })
  })

  test('a wrong password is 401, without a cookie', async () => {
    const answer = await post('login', {}, { email: world().away.email, password: 'wrong' })
    expect([answer.statusCode, answer.json().code]).toEqual([401, 'INVALID_CREDENTIALS'])
    expect(answer.cookies).toEqual([])
  })

  test('five wrong passwords lock: 429 with Retry-After', async () => {
    for (let i = 0; i < 5; i++) await post('login', {}, { email: 'ghost@example.com', password: 'wrong' })
    const answer = await post('login', {}, { email: 'ghost@example.com', password: 'wrong' })
    expect([answer.statusCode, answer.json().code]).toEqual([429, 'ACCOUNT_LOCKED'])
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(800)
    await world().sql`DELETE FROM sign_in_attempts`
  })

  test('the cookie is traded for a new token and a new cookie, and ends at logout', async () => {
    const { header } = await login()
    const refreshed = await post('refresh', { ...header, ...SAME_ORIGIN })
    expect(refreshed.statusCode).toBe(200)
    const next = { cookie: `millrace_refresh=${refreshed.cookies[0]?.value}`, ...SAME_ORIGIN }
    expect(next.cookie).not.toBe(header.cookie)

    const out = await post('logout', next)
    expect([out.statusCode, out.cookies[0]?.value]).toEqual([204, ''])
    expect((await post('refresh', next)).statusCode).toBe(401)
    expect((await post('refresh', SAME_ORIGIN)).statusCode).toBe(401)
  })

  test('a program that keeps its own refresh token needs no cookie and no origin', async () => {
    const body = { email: world().home.email, password: PASSWORD, refresh: 'answer' }
    const first = await post('login', {}, body)
    expect([first.statusCode, first.cookies]).toEqual([200, []])
    const { refreshToken } = first.json()
    const second = await post('refresh', {}, { refreshToken })
    expect([second.statusCode, second.cookies]).toEqual([200, []])
    expect(second.json().refreshToken).not.toBe(refreshToken)
    const evil = { 'sec-fetch-site': 'cross-site' }
    expect((await post('refresh', evil, { refreshToken: second.json().refreshToken })).statusCode).toBe(403)
    expect((await post('logout', {}, { refreshToken: second.json().refreshToken })).statusCode).toBe(204)
    const over = await post('refresh', {}, { refreshToken: second.json().refreshToken })
    expect(over.json()).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
  })

  test.each<[string, Record<string, string>, number]>([
    ['neither header: not a browser', {}, 403],
    ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a subdomain', { 'sec-fetch-site': 'same-site' }, 403],
    ['another origin', { origin: 'https://evil.example' }, 403],
    ['no origin to speak of', { origin: 'null' }, 403],
    [
      'another site that names our origin',
      { 'sec-fetch-site': 'cross-site', origin: 'https://millrace.example' },
      403,
    ],
    ['our host', { origin: 'https://millrace.example' }, 200],
    ['our public URL behind a proxy', { origin: 'https://millrace.example', host: 'workflow:3000' }, 200],
    ['same origin', SAME_ORIGIN, 200],
  ])('refresh by cookie, %s', async (_name, headers, status) => {
    const { header } = await login()
    expect((await post('refresh', { ...header, ...headers })).statusCode).toBe(status)
  })

  test('a page of another origin cannot sign a browser in', async () => {
    const body = { email: world().home.email, password: PASSWORD }
    expect((await post('login', { origin: 'https://evil.example' }, body)).statusCode).toBe(403)
  })
})
