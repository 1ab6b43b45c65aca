import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCli } from '../src/cli.js'
import type { Terminal } from '../src/terminal.js'

let folder = ''
const closers: (() => void)[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-cli-'))
})
afterEach(async () => {
  for (const close of closers.splice(0)) close()
  await rm(folder, { recursive: true })
})

const run = async (argv: string[], given: Partial<Terminal> = {}) => {
  let out = ''
  let err = ''
  const code = await runCli(argv, {
    out: { write: (text) => (out += text) },
    err: { write: (text) => (err += text) },
    tty: false,
    color: false,
    env: {},
    cwd: folder,
    home: folder,
    ask: undefined,
    readInput: async () => Buffer.from(''),
    catchInterrupt: () => new AbortController().signal,
    ...given,
  })
  return { code, out, err }
}

/** What is on the other side of the wire, as recorded answers; the real services are tested with the real CLI. */
const serve = async (answer: RequestListener): Promise<string> => {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const writeJson = async (name: string, value: unknown): Promise<void> =>
  writeFile(join(folder, name), JSON.stringify(value))

const tokenAnswer = {
  accessToken: 'fresh',
  expiresIn: 900,
  workspace: { id: 'w', slug: 'main', name: 'Main' },
  user: { id: 'u', email: 'owner@millrace.example', role: 'admin' },
}

/** Nothing listens on the discard port. */
const NOWHERE = 'http://127.0.0.1:9'

describe('exit codes', () => {
  it('are 0 for help and 2 for wrong usage', async () => {
    expect(await run(['help'])).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringContaining('Usage: millrace'),
    })
    expect(await run(['help', 'run'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('--idempotency-key'),
    })
    expect(await run(['fly'])).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('no command "fly"'),
    })
    expect(await run(['deploy', 'none.json'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('ENOENT'),
    })
  })

  it('are 3 when nothing answers, with what to do', async () => {
    const { code, err } = await run(['list', '--url', NOWHERE])
    expect(code).toBe(3)
    expect(err).toContain(`Cannot reach Millrace at ${NOWHERE}`)
    expect(err).toContain('Check the URL')
  })

  it('are 1 when the definition has problems, each given once', async () => {
    const problems = [
      {
        pointer: '/nodes/0/type',
        code: 'UNKNOWN_NODE_TYPE',
        message: 'no \u001b[2Jsuch type',
        hint: 'See the list.',
      },
      { pointer: '/edges/1', code: 'DANGLING_EDGE', message: 'no node "x"', hint: 'Remove it.' },
    ]
    const url = await serve((_, response) => {
      response.writeHead(422, { 'content-type': 'application/problem+json' })
      response.end(
        JSON.stringify({ code: 'INVALID_DEFINITION', status: 422, detail: '2 problems', problems }),
      )
    })
    await writeJson('flow.json', { format: 'millrace/v1', name: 'flow' })
    const { code, err } = await run(['deploy', 'flow.json', '--url', url])
    expect(code).toBe(1)
    expect(err).toBe(
      [
        '✖ /nodes/0/type  UNKNOWN_NODE_TYPE: no such type',
        '  See the list.',
        '✖ /edges/1  DANGLING_EDGE: no node "x"',
        '  Remove it.',
        'The definition has 2 problems',
        '',
      ].join('\n'),
    )
  })
})

describe('the id of a run', () => {
  it.each([
    ['status', 'zz'],
    ['result', 'last'],
    ['watch', 'zzzz'],
    ['cancel', 'abc'],
    ['retry', '0193-not-one'],
  ])('that is none is refused in words, and nothing is asked: %s %s', async (command, id) => {
    const { code, err } = await run([command, id, '--url', NOWHERE])
    expect(code).toBe(2)
    expect(err).toBe(
      `"${id}" is not the id of a run: give the whole id, or at least four hex characters of its beginning or end.\nSee \`millrace help\`.\n`,
    )
  })
})

describe('validate', () => {
  const flow = (nodes: unknown[]) => ({ format: 'millrace/v1', name: 'x', nodes, edges: [] })
  const start = { id: 'start', type: 'trigger.manual' }

  it('checks node types, params and expressions without a server, and its exit code says so', async () => {
    await writeJson(
      'bad.json',
      flow([start, { id: 'a', type: 'no.such' }, { id: 'b', type: 'http.request' }]),
    )
    const bad = await run(['validate', 'bad.json', '--url', NOWHERE])
    expect(bad.code).toBe(1)
    expect(bad.out).toContain('✖ /nodes/1/type  UNKNOWN_NODE_TYPE')
    expect(bad.out).toContain('✖ /nodes/2/params')
    await writeJson('good.json', flow([start]))
    const good = await run(['validate', 'good.json', '--url', NOWHERE])
    expect(good.code).toBe(4)
    expect(good.out).toContain('as far as can be told without the server')
    expect(good.out).toContain(`No server was asked: Cannot reach Millrace at ${NOWHERE}`)
    expect((await run(['validate', 'good.json', '--offline'])).code).toBe(0)
  })

  it('does not say that all is well when it may not ask the server', async () => {
    const url = await serve((_, response) => {
      response.writeHead(401).end(JSON.stringify({ code: 'UNAUTHENTICATED', status: 401 }))
    })
    await writeJson('good.json', flow([start]))
    const asked = await run(['validate', 'good.json', '--url', url, '--json'], {
      env: { MILLRACE_TOKEN: 'worn' },
    })
    expect(asked.code).toBe(4)
    expect(JSON.parse(asked.out)).toMatchObject({
      valid: true,
      checked: 'offline',
      reason: 'MILLRACE_TOKEN is not a valid token, or has expired.',
    })
  })

  it('tells a number that is too large from text that is no JSON', async () => {
    const said = async (text: string) => {
      const { code, err } = await run(['validate', '-', '--offline'], {
        readInput: async () => Buffer.from(text),
      })
      expect(code).toBe(2)
      return err
    }
    expect(await said('{"a":1e309}')).toContain('Standard input: The number 1e309 at /a is too large.')
    expect(await said('{"a":')).toContain('Standard input is not valid JSON: ')
  })

  it.each([
    ['caf\xe9', 'line 2 holds bytes that are no character'],
    ['caf\xc3', 'line 2 holds bytes that are no character'],
    ['\xff\xfe{\0', 'line 2 holds'],
  ])('refuses bytes that are not UTF-8, rather than to replace them: %j', async (bytes, said) => {
    const text = Buffer.from(`{\n"a": "${bytes}"}\n`, 'latin1')
    const fromInput = await run(['validate', '-', '--offline'], { readInput: async () => text })
    expect([fromInput.code, fromInput.err]).toEqual([2, expect.stringContaining(said)])
    await writeFile(join(folder, 'latin.json'), text)
    const fromFile = await run(['validate', 'latin.json', '--offline'])
    expect([fromFile.code, fromFile.err]).toEqual([
      2,
      expect.stringContaining('latin.json is not text in UTF-8'),
    ])
  })

  it('names UTF-16, and takes a byte order mark of UTF-8', async () => {
    const said = async (text: Buffer) =>
      (await run(['validate', '-', '--offline'], { readInput: async () => text })).err
    expect(await said(Buffer.from('\ufeff{}', 'utf16le'))).toContain('it begins as UTF-16 does')
    expect(await said(Buffer.from('\ufeff{'))).toContain('Standard input is not valid JSON: line 1, column 2')
  })

  it('takes the linear form without a server, and standard input', async () => {
    const linear = { name: 'x', steps: [{ id: 'a', type: 'log', config: { message: 'm' }, next: 'ghost' }] }
    const readInput = async () => Buffer.from(JSON.stringify(linear))
    const { code, out } = await run(['validate', '-', '--offline'], { readInput })
    expect(code).toBe(1)
    expect(out).toContain('✖ /steps/0/next  DANGLING_EDGE')
  })

  it('asks the server when it can', async () => {
    const url = await serve((request, response) => {
      expect(request.headers.authorization).toBe('Bearer t')
      response.end(JSON.stringify({ valid: true, problems: [], problemCount: 0 }))
    })
    await writeJson('flow.json', { steps: [] })
    const { code, out } = await run(['validate', 'flow.json', '--url', url, '--json'], {
      env: { MILLRACE_TOKEN: 't' },
    })
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ valid: true, problems: [], checked: 'server' })
  })
})

describe('repairing runs', () => {
  const plan = {
    version: 2,
    reused: ['fetch'],
    runs: [{ path: 'send', effect: 'write', repeats: true }],
    repeatedWrites: ['send'],
  }
  const env = (url: string) => ({ MILLRACE_URL: url, MILLRACE_TOKEN: 't' })

  it('says what a retry would do before it is done', async () => {
    const id = '0193a5e0-7c41-7d2f-8a11-2f6b9c0d4e5f'
    const seen: string[] = []
    const url = await serve((request, response) => {
      seen.push(`${request.method} ${request.url}`)
      response.end(JSON.stringify(plan))
    })
    const shown = await run(['retry', id, '--dry-run', '--latest'], { env: env(url) })
    expect(shown).toMatchObject({ code: 0, err: '' })
    expect(shown.out.split('\n')).toEqual([
      'On version 2: 1 steps kept, 1 to run',
      '  keeps  fetch',
      '  runs   send  (write, again)',
      'These writes happen again, or may: send. Add --confirm to go on.',
      '',
    ])
    expect(seen).toEqual([`POST /api/v1/runs/${id}/retry/preview`])
  })

  it('counts before it acts on many, and exits with 1 when some have failed', async () => {
    const operation = { id: 'b', action: 'cancel', total: 2, done: 0, skipped: 0, failed: 0, errors: [] }
    const times = { createdAt: '2026-11-21T09:00:00.000Z', finishedAt: null }
    const over = {
      ...{ ...operation, ...times, status: 'completed', done: 1, failed: 1 },
      errors: [{ runId: 'r2', code: 'NO_SUCH_TRIGGER', message: 'gone' }],
    }
    const url = await serve((request, response) => {
      const expiresAt = '2026-11-21T09:15:00.000Z'
      if (request.url?.endsWith('/preview'))
        response.end(JSON.stringify({ token: 'b', action: 'cancel', count: 2, expiresAt }))
      else response.end(JSON.stringify(request.method === 'GET' ? over : { ...over, status: 'running' }))
    })
    const counted = await run(['bulk', 'cancel', '--workflow', 'w'], { env: env(url) })
    expect(counted).toEqual({ code: 0, err: '', out: '2 runs to cancel. Add --yes to do it.\n' })
    const done = await run(['bulk', 'cancel', '--workflow', 'w', '--yes'], { env: env(url) })
    expect(done.code).toBe(1)
    expect(done.out).toBe('completed: 1 of 2 done, 0 skipped, 1 failed\n  r2  NO_SUCH_TRIGGER  gone\n')
  })
})

describe('dead letters', () => {
  const fingerprint = 'f'.repeat(32)
  const group = {
    ...{ fingerprint, code: 'POISON', message: 'm', workflowId: 'w', workflowName: 'orders', version: 2 },
    ...{ step: 'load', count: 2, firstAt: '2026-11-21T09:00:00.000Z', lastAt: '2026-11-21T10:00:00.000Z' },
  }

  it('are listed, and redriven page by page until none is left', async () => {
    let pages = 2
    const url = await serve((request, response) => {
      if (request.method === 'GET') return response.end(JSON.stringify({ items: [group] }))
      pages--
      const redriven = [{ runId: `old-${pages}`, newRunId: `new-${pages}` }]
      return response.end(JSON.stringify({ redriven, refused: [], left: pages }))
    })
    const listed = await run(['dead-letters'], { env: { MILLRACE_URL: url, MILLRACE_TOKEN: 'secret' } })
    expect(listed.out).toMatch(/^f{32} +2 +POISON +orders v2 +load +2026-11-21T10:00:00.000Z$/m)
    const redriven = await run(['dead-letters', '--redrive', fingerprint], {
      env: { MILLRACE_URL: url, MILLRACE_TOKEN: 'secret' },
    })
    expect(redriven).toEqual({ code: 0, err: '', out: 'old-1 → new-1\nold-0 → new-0\n' })
  })

  it('that cannot be retried are named, and the exit code tells', async () => {
    const refused = [{ runId: 'r', code: 'CONFIRM_REQUIRED', message: 'writes again' }]
    const url = await serve((_, response) => response.end(JSON.stringify({ redriven: [], refused, left: 1 })))
    const answer = await run(['dead-letters', '--redrive', fingerprint], {
      env: { MILLRACE_URL: url, MILLRACE_TOKEN: 'secret' },
    })
    expect(answer).toEqual({
      code: 1,
      err: '',
      out: 'r  CONFIRM_REQUIRED  writes again\nAdd --confirm to let these writes happen again.\n',
    })
  })
})

describe('signing in', () => {
  it('keeps the token for its owner alone, and uses it for its URL alone', async () => {
    const seen: (string | undefined)[] = []
    const url = await serve((request, response) => {
      seen.push(request.headers.authorization)
      response.end(
        JSON.stringify(request.url?.endsWith('/login') ? tokenAnswer : { items: [], nextCursor: null }),
      )
    })
    const { code, out } = await run(['login', '--url', url, '--email', 'owner@millrace.example'], {
      ask: async (_, { hidden }) => (hidden ? 'p' : ''),
    })
    expect({ code, out }).toEqual({
      code: 0,
      out: `Signed in to ${url} as owner@millrace.example, workspace Main.\n`,
    })
    const file = join(folder, '.config', 'millrace', 'config.json')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await readFile(file, 'utf8')).not.toContain('"p"')

    expect((await run(['list'])).code).toBe(0)
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization)
      response.end(JSON.stringify({ items: [], nextCursor: null }))
    })
    expect((await run(['list', '--url', other])).code).toBe(0)
    expect(seen).toEqual([undefined, 'Bearer fresh', undefined])
  })

  it('needs a terminal to ask on', async () => {
    expect(await run(['login', '--url', NOWHERE])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--email'),
    })
  })

  it('signs in as the owner of the Millrace whose data lies here, on this machine only', async () => {
    await mkdir(join(folder, '.millrace'))
    await writeJson('.millrace/owner.json', { email: 'owner@millrace.example', password: 'p', note: 'kept' })
    const seen: (string | undefined)[] = []
    const url = await serve((request, response) => {
      seen.push(`${request.url} ${request.headers.authorization}`)
      response.end(
        JSON.stringify(request.url?.endsWith('/login') ? tokenAnswer : { items: [], nextCursor: null }),
      )
    })
    expect((await run(['list'], { env: { MILLRACE_URL: url } })).code).toBe(0)
    expect(seen).toEqual(['/api/v1/auth/login undefined', '/api/v1/runs?limit=20 Bearer fresh'])

    const elsewhere = await run(['list', '--url', 'http://millrace.invalid'])
    expect(elsewhere.code).toBe(3)
  })
})
