import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CredentialData } from '@millrace/contracts'
import { createTestDatabase } from '@millrace/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useWorld } from './world.js'

const world = useWorld({ HTTP_ALLOW_PRIVATE: '127.0.0.0/8,::1/128' })

const CANARY = 'canary-91c0ffee'
const TYPES: readonly CredentialData[] = [
  { type: 'basic', data: { username: 'ann', password: CANARY } },
  { type: 'bearer', data: { token: CANARY } },
  { type: 'header', data: { name: 'X-Api-Key', value: CANARY } },
]
const BASIC = `Basic ${Buffer.from(`ann:${CANARY}`).toString('base64')}`
/** What the peer lets in. */
const LET_IN: ReadonlySet<string | string[] | undefined> = new Set([BASIC, `Bearer ${CANARY}`, CANARY])

const keyOf = ({ headers }: IncomingMessage) => headers.authorization ?? headers['x-api-key']

/** Repeats what it was sent, as some servers do. */
const answer: RequestListener = (request, response) => {
  calls.push({ method: request.method, url: request.url, key: keyOf(request) })
  if (request.url === '/sign-in') return void response.writeHead(200).end('Please sign in')
  if (request.url === '/moved') return void response.writeHead(302, { location: '/sign-in' }).end()
  const status = LET_IN.has(keyOf(request)) && request.url === '/me' ? 200 : 401
  response.writeHead(status).end(`You said ${keyOf(request)}`)
}

let peer: Server
let origin: string
let calls: unknown[] = []

beforeAll(async () => {
  peer = createServer(answer)
  await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve))
  // A TCP address, since that is what was listened on.
  origin = `http://127.0.0.1:${(peer.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => peer.close(resolve)))

const tryNew = async (credential: CredentialData, url?: string) => {
  calls = []
  return await world().call('POST', '/credentials/test', {
    credential,
    ...(url === undefined ? {} : { url }),
  })
}
const store = async (name: string, credential: CredentialData): Promise<string> =>
  (await world().call('POST', '/credentials', { name, credential })).json().id

describe.each(TYPES)('a credential of type $type', (credential) => {
  const key = credential.type === 'basic' ? BASIC : credential.type === 'bearer' ? `Bearer ${CANARY}` : CANARY

  test('is tried by a GET that carries it, stored or not', async () => {
    const before = await tryNew(credential, `${origin}/me`)
    expect([before.statusCode, before.json()]).toEqual([
      200,
      { ok: true, message: 'The other side answered 200' },
    ])
    const id = await store(`of ${credential.type}`, credential)
    const stored = await world().call('POST', `/credentials/${id}/test`, { url: `${origin}/me` })
    expect(stored.json()).toEqual(before.json())
    expect(calls).toEqual(Array.from({ length: 2 }, () => ({ method: 'GET', url: '/me', key })))
  })

  test('that is refused is an answer, and no part of it comes back (I8)', async () => {
    const refused = await tryNew(credential, `${origin}/other`)
    expect([refused.statusCode, refused.json()]).toEqual([
      200,
      { ok: false, error: { code: 'HTTP_STATUS', message: 'The other side answered 401' } },
    ])
    expect(refused.body).not.toContain(CANARY)
  })

  test('follows nobody to a page that lets everybody in', async () => {
    const moved = await tryNew(credential, `${origin}/moved`)
    expect(moved.json()).toMatchObject({ ok: false, error: { message: 'The other side answered 302' } })
    expect(calls).toHaveLength(1)
  })
})

const [first] = TYPES

test('a private address is not called', async () => {
  const blocked = await tryNew(first!, 'http://10.0.0.1/')
  expect(blocked.json()).toMatchObject({ ok: false, error: { code: 'HTTP_BLOCKED' } })
})

test('a host that is not there, and a URL that is none, are answers', async () => {
  const closed = await tryNew(first!, 'http://127.0.0.1:1/')
  expect(closed.json()).toMatchObject({ ok: false, error: { code: 'HTTP_FAILED' } })
  expect((await tryNew(first!, 'me')).json()).toMatchObject({
    ok: false,
    error: { code: 'HTTP_INVALID_URL' },
  })
})

test('what needs a URL asks for one; a secret by itself cannot be tried', async () => {
  const missing = await tryNew(first!)
  expect([missing.statusCode, missing.json().code]).toEqual([400, 'INVALID_REQUEST'])
  const secret = await tryNew({ type: 'secret', data: { secret: CANARY } })
  expect([secret.statusCode, secret.json().code]).toEqual([422, 'CREDENTIAL_NOT_TESTABLE'])
  for (const { body } of [missing, secret]) expect(body).not.toContain(CANARY)
})

test('a database is connected to', async () => {
  const database = await createTestDatabase()
  try {
    const good = await tryNew({ type: 'postgres', data: { url: database.url } })
    expect(good.json()).toEqual({ ok: true, message: 'The database answered' })
    const wrong = new URL(database.url)
    wrong.pathname = '/there-is-no-such-database'
    wrong.password = CANARY
    const refused = await tryNew({ type: 'postgres', data: { url: wrong.href } })
    expect([refused.statusCode, refused.json().ok]).toEqual([200, false])
    expect(refused.body).not.toContain(CANARY)
  } finally {
    await database.drop()
  }
})

test('a credential of another workspace is not there', async () => {
  const id = await store('not theirs', first!)
  calls = []
  const answered = await world().call(
    'POST',
    `/credentials/${id}/test`,
    { url: `${origin}/me` },
    { workspace: world().away },
  )
  expect([answered.statusCode, calls]).toEqual([404, []])
})
