import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCli } from '../src/cli.js'
import type { Terminal } from '../src/terminal.js'

/**
 * A server that gives access tokens a1, a2 … with refresh tokens r1, r2 …, and takes each refresh token once: what the
 * real one does after its grace. `expire` makes the tokens given so far worthless.
 */
const signInServer = async () => {
  let given = 0
  let oldest = 1
  const refreshed: string[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    const refuse = () => response.writeHead(401).end(JSON.stringify({ code: 'UNAUTHENTICATED', status: 401 }))
    const welcome = () => {
      given += 1
      response.end(
        JSON.stringify({
          accessToken: `a${given}`,
          refreshToken: `r${given}`,
          expiresIn: 900,
          workspace: { id: 'w', slug: 'main', name: 'Main' },
          user: { id: 'u', email: 'ada@millrace.example', role: 'admin' },
        }),
      )
    }
    if (request.url?.endsWith('/login')) return welcome()
    if (request.url?.endsWith('/logout')) return response.writeHead(204).end()
    if (request.url?.endsWith('/refresh')) {
      const { refreshToken } = JSON.parse(body)
      if (refreshToken !== `r${given}` || refreshed.includes(refreshToken)) return refuse()
      refreshed.push(refreshToken)
      return welcome()
    }
    const token = /^Bearer a(\d+)$/.exec(request.headers.authorization ?? '')?.[1]
    if (token === undefined || Number(token) < oldest) return refuse()
    return response.end(JSON.stringify({ items: [], nextCursor: null }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refreshed,
    expire: () => {
      oldest = given + 1
    },
    revoke: () => {
      given += 100
      oldest = given + 1
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

let folder = ''
let server: Awaited<ReturnType<typeof signInServer>>
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-cli-'))
  server = await signInServer()
})
afterEach(async () => {
  server.close()
  await rm(folder, { recursive: true })
})

const run = async (argv: string[], given: Partial<Terminal> = {}) => {
  let out = ''
  let err = ''
  const code = await runCli([...argv, '--url', server.url], {
    out: { write: (text) => (out += text) },
    err: { write: (text) => (err += text) },
    tty: false,
    color: false,
    env: {},
    cwd: folder,
    home: folder,
    ask: undefined,
    readInput: async () => Buffer.from('secret\n'),
    catchInterrupt: () => new AbortController().signal,
    ...given,
  })
  return { code, out, err }
}
const signIn = () => run(['login', '--email', 'ada@millrace.example'])
const configPath = () => join(folder, '.config', 'millrace', 'config.json')

describe('a sign-in', () => {
  it('takes its password from standard input, and is renewed by itself, once for many processes', async () => {
    expect((await signIn()).code).toBe(0)
    server.expire()
    const answers = await Promise.all([1, 2, 3, 4].map(() => run(['list'])))
    expect(answers.map(({ code, err }) => [code, err])).toEqual(Array.from({ length: 4 }, () => [0, '']))
    expect(server.refreshed).toEqual(['r1'])
    server.expire()
    expect((await run(['list'])).code).toBe(0)
    expect(server.refreshed).toEqual(['r1', 'r2'])
  })

  it('is renewed before its time is over, without a refusal', async () => {
    await signIn()
    const config = JSON.parse(await readFile(configPath(), 'utf8'))
    config.tokens[server.url].expiresAt = Date.now()
    await writeFile(configPath(), JSON.stringify(config))
    expect((await run(['list'])).code).toBe(0)
    expect(server.refreshed).toEqual(['r1'])
  })

  it('that is over says so, and one that never was', async () => {
    expect((await run(['list'])).err).toContain(`You are not signed in to ${server.url}: millrace login`)
    await signIn()
    server.revoke()
    const over = await run(['list'])
    expect([over.code, over.err]).toEqual([3, '✖ UNAUTHENTICATED Your sign-in has expired: millrace login\n'])
    const asJson = await run(['list', '--json'])
    expect(JSON.parse(asJson.err)).toMatchObject({ detail: 'Your sign-in has expired: millrace login' })
  })

  it('ends with logout', async () => {
    await signIn()
    expect((await run(['logout'])).out).toBe(`Signed out of ${server.url}.\n`)
    expect(JSON.parse(await readFile(configPath(), 'utf8')).tokens).toEqual({})
    expect((await run(['logout'])).out).toBe(`There was no sign-in to ${server.url}.\n`)
  })

  it('kept in a damaged file is an error, and goes nowhere else', async () => {
    await mkdir(join(folder, '.config', 'millrace'), { recursive: true })
    await writeFile(configPath(), '{"url": "http')
    const { code, err } = await run(['list'])
    expect([code, err]).toEqual([2, expect.stringContaining('config.json is damaged')])
  })

  it('is not needed next to the data of a local Millrace, wherever that lies', async () => {
    const owner = { email: 'owner@millrace.example', password: 'p' }
    await mkdir(join(folder, 'data'))
    await writeFile(join(folder, 'data', 'owner.json'), JSON.stringify(owner))
    expect((await run(['list'], { env: { MILLRACE_DIR: 'data' } })).code).toBe(0)
    expect((await run(['list'])).code).toBe(3)
  })
})
