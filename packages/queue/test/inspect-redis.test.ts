import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer as createWebServer } from 'node:http'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { freePort } from '@millrace/local-services'
import { createTempFolder, type TempFolder } from '@millrace/testkit'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { inspectRedis } from '../src/index.js'

/** Real servers, each wrong in one way, and what is said of them. */

let folder: TempFolder
const ends: (() => Promise<unknown>)[] = []
beforeEach(() => {
  folder = createTempFolder()
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
  folder.remove()
})

const openSsl = (...args: string[]) => {
  const { status, stderr } = spawnSync('openssl', args, { cwd: folder.path, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}

const CERTIFICATE = ['tls-cert-file', 'tls-ca-cert-file'].map((name) => `${name} cert.pem`)

/** @returns host and port, once it takes connections. */
const redisWith = async (...settings: string[]): Promise<string> => {
  const port = await freePort()
  const file = join(folder.path, `${port}.conf`)
  writeFileSync(file, [`port ${port}`, 'bind 127.0.0.1', 'save ""', ...settings, ''].join('\n'))
  const child = spawn('redis-server', [file], { cwd: folder.path, stdio: ['ignore', 'pipe', 'ignore'] })
  const exited = once(child, 'exit')
  ends.push(() => {
    child.kill('SIGKILL')
    return exited
  })
  for await (const text of child.stdout) if (/Ready to accept connections/.test(String(text))) break
  return `127.0.0.1:${port}`
}

const listening = async (server: Server): Promise<string> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(async () => server.close())
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return `127.0.0.1:${address.port}`
}

const textOf = async (url: string, kind: 'away' | 'fault'): Promise<string> => {
  const state = await inspectRedis(url)
  if (state.kind !== kind) throw new Error(`${kind} was expected of ${JSON.stringify(state)}`)
  expect(state.text).not.toContain('hunter2')
  return state.text
}

it('finds nothing wrong with a good server, whose password and database the URL gives', async () => {
  const at = await redisWith('requirepass hunter2')
  expect(await inspectRedis(`redis://:hunter2@${at}/15`)).toEqual({ kind: 'ok', warning: undefined })
  // A password too many does no harm.
  expect(await inspectRedis(`redis://:hunter2@${await redisWith()}`)).toMatchObject({ kind: 'ok' })
})

it('names a password that is wrong or missing', async () => {
  const at = await redisWith('requirepass right')
  expect(await textOf(`redis://:hunter2@${at}`, 'fault')).toBe(
    `Redis at ${at} refuses the user or the password of REDIS_URL: correct them ` +
      '(WRONGPASS invalid username-password pair or user is disabled.)',
  )
  expect(await textOf(`redis://nobody:hunter2@${at}`, 'fault')).toMatch(/refuses the user or the password/)
  expect(await textOf(`redis://${at}`, 'fault')).toMatch(
    new RegExp(`^Redis at ${at} wants a password: put it into REDIS_URL`),
  )
})

it.each([
  ['no scripts', 'user weak on >hunter2 ~* &* +@all -eval'],
  ['no keys of ours', 'user weak on >hunter2 ~other:* &* +@all'],
  ['no channels of ours', 'user weak on >hunter2 ~* resetchannels &other:* +@all'],
])('names a user who lacks a right: %s', async (_what, user) => {
  const at = await redisWith(user)
  expect(await textOf(`redis://weak:hunter2@${at}`, 'fault')).toMatch(
    /does not let the user weak do what Millrace needs: allow it all commands .* \(NOPERM /,
  )
})

it('asks a server for nothing that a user with the documented rights may not', async () => {
  const at = await redisWith('user good on >hunter2 ~millrace:* resetchannels &millrace:* +@all')
  expect(await inspectRedis(`redis://good:hunter2@${at}`)).toMatchObject({ kind: 'ok' })
})

it('names a database that the server does not have', async () => {
  const at = await redisWith()
  expect(await textOf(`redis://${at}/99`, 'fault')).toMatch(
    new RegExp(`^Redis at ${at} has no database 99, which the end of REDIS_URL names: give a smaller number`),
  )
})

it('tells TLS and no TLS apart, and names a certificate that is not trusted', async () => {
  openSsl(
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'key.pem', '-out', 'cert.pem'],
    ...['-days', '2', '-subj', '/CN=127.0.0.1'],
  )
  expect(readFileSync(join(folder.path, 'cert.pem'), 'utf8')).toContain('CERTIFICATE')
  const tlsPort = await freePort()
  await redisWith(`tls-port ${tlsPort}`, 'tls-key-file key.pem', 'tls-auth-clients no', ...CERTIFICATE)
  const secret = `127.0.0.1:${tlsPort}`
  expect(await textOf(`redis://${secret}`, 'fault')).toBe(
    `Redis at ${secret} answers over TLS only: let REDIS_URL begin with rediss:// instead of redis://`,
  )
  expect(await textOf(`rediss://${secret}`, 'fault')).toMatch(/has a certificate that is not trusted here/)
  const plain = await redisWith()
  expect(await textOf(`rediss://${plain}`, 'fault')).toBe(
    `Redis at ${plain} answers without TLS: let REDIS_URL begin with redis:// instead of rediss://`,
  )
})

it('knows a server that is not Redis', async () => {
  const web = await listening(createWebServer((_request, response) => response.end('hello')))
  expect(await textOf(`redis://${web}`, 'fault')).toMatch(/is no Redis server/)
  const mail = await listening(
    createServer((socket) => socket.on('error', () => undefined).end('220 ready\r\n')),
  )
  expect(await textOf(`redis://${mail}`, 'fault')).toMatch(/is no Redis server, for it speaks something else/)
})

it('waits for what may pass: nobody there, an unknown name, silence, a broken line, no memory', async () => {
  const port = await freePort()
  expect(await textOf(`redis://:hunter2@127.0.0.1:${port}`, 'away')).toBe(
    `Redis at 127.0.0.1:${port} cannot be reached, nobody listens there: check REDIS_URL, and that Redis runs ` +
      `(connect ECONNREFUSED 127.0.0.1:${port})`,
  )
  expect(await textOf('redis://nowhere.invalid:1', 'away')).toMatch(
    /nowhere\.invalid:1 cannot be reached, the host name/,
  )
  const quiet = await listening(createServer((socket) => void socket.on('error', () => undefined).resume()))
  expect(await textOf(`redis://${quiet}`, 'away')).toMatch(/does not answer: check REDIS_URL/)
  const rude = await listening(createServer((socket) => void socket.destroy()))
  expect(await textOf(`redis://${rude}`, 'away')).toMatch(/does not answer/)
  const full = await redisWith('maxmemory 1')
  expect(await textOf(`redis://${full}`, 'away')).toMatch(/has no memory left: raise its maxmemory/)
})

it('warns of a server that may throw doorbells away', async () => {
  const at = await redisWith('maxmemory-policy allkeys-lru')
  expect(await inspectRedis(`redis://${at}`)).toEqual({
    kind: 'ok',
    warning: expect.stringMatching(
      new RegExp(
        `^Redis at ${at} evicts keys .*allkeys-lru.*: doorbells may be lost.*set maxmemory-policy noeviction$`,
      ),
    ),
  })
})

it('leaves nothing in the server', async () => {
  const at = await redisWith()
  await inspectRedis(`redis://${at}`)
  const redis = new Redis(`redis://${at}`)
  expect(await redis.pttl('millrace:start-check')).toBeLessThanOrEqual(1_000)
  expect(await redis.client('LIST')).toMatch(/^id=\d+ [^\n]*\n?$/)
  redis.disconnect()
})
