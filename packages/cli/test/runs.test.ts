import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { RunEvent } from '@millrace/contracts'
import { afterEach, describe, expect, it } from 'vitest'
import { runCli } from '../src/cli.js'
import type { Terminal } from '../src/terminal.js'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

const serve = async (answer: RequestListener, port = 0): Promise<string> => {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const run = async (argv: string[], url: string, given: Partial<Terminal> = {}) => {
  let out = ''
  let err = ''
  const code = await runCli(argv, {
    out: { write: (text) => (out += text) },
    err: { write: (text) => (err += text) },
    tty: false,
    color: false,
    env: { MILLRACE_URL: url, MILLRACE_TOKEN: 't' },
    cwd: '/nowhere',
    home: '/nowhere',
    ask: undefined,
    readInput: async () => Buffer.from(''),
    catchInterrupt: () => new AbortController().signal,
    ...given,
  })
  return { code, out, err }
}

const ID = '01930000-0000-7000-8000-0000000abcde'
const summary = {
  ...{ id: ID, workflowId: 'w', workflowName: 'orders', version: 2, status: 'completed', trigger: 'start' },
  ...{ priority: 'normal', createdAt: '2026-11-21T09:00:00.000Z', startedAt: null, finishedAt: null },
  ...{ lastSeq: 4, error: null },
}
const details = {
  ...summary,
  ...{ input: null, output: { total: 12 }, idempotencyKey: null, parentRunId: null, originRunId: null },
}
const asked: RunEvent = {
  ...{ seq: 2, at: 2, type: 'step_waiting', path: 'ask', attempt: 1 },
  wait: {
    kind: 'approval',
    title: 'Ship it?',
    assignees: { users: [], roles: [] },
    onTimeout: 'reject',
    escalated: false,
  },
}
const events: RunEvent[] = [
  { seq: 1, at: 1, type: 'run_started', trigger: 'start' },
  asked,
  {
    ...{ seq: 3, at: 3, type: 'step_succeeded', path: 'ask', attempt: 1, taken: [] },
    output: { approved: false, by: 'ada@millrace.example' },
  },
  { seq: 4, at: 4, type: 'run_finished', status: 'completed' },
]
const approval = {
  ...{ id: 'ap-1', runId: ID, workflowId: 'w', workflowName: 'orders', path: 'ask', title: 'Ship it?' },
  ...{ form: [], assignees: { users: [], roles: [] }, selfApproval: true, escalated: false },
  ...{ createdAt: '2026-11-21T09:00:00.000Z', deadline: null, startedBy: null },
}
const definition = { format: 'millrace/v1', name: 'orders', nodes: [], edges: [] }

const runServer: RequestListener = (request, response) => {
  const url = request.url ?? ''
  if (url.endsWith('/events')) {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    return response.end(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''))
  }
  if (url.endsWith('/definition')) return response.end(JSON.stringify({ definition }))
  if (url.includes('/approvals')) return response.end(JSON.stringify({ items: [approval], nextCursor: null }))
  if (url === '/api/v1/runs' && request.method === 'POST')
    return response.end(JSON.stringify({ run: { ...summary, status: 'pending' }, replayed: false }))
  if (url.startsWith('/api/v1/runs?') && url.includes('workflow=nosuch'))
    return response.end(JSON.stringify({ items: [], nextCursor: null }))
  if (url.startsWith('/api/v1/runs?'))
    return response.end(JSON.stringify({ items: [summary], nextCursor: null }))
  if (url.includes('/workflows/nosuch'))
    return response
      .writeHead(404)
      .end(JSON.stringify({ code: 'NOT_FOUND', status: 404, detail: 'There is no workflow nosuch' }))
  return response.end(JSON.stringify(details))
}

describe('a run on the command line', () => {
  it('says its id in the first line of JSON and its output in the last', async () => {
    const { code, out } = await run(['run', 'orders', '--watch', '--json'], await serve(runServer))
    expect(code).toBe(0)
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines[0]).toEqual({ type: 'run', runId: ID, workflow: 'orders', version: 2 })
    expect(lines.slice(1, -1)).toEqual(events)
    expect(lines.at(-1)).toEqual({
      type: 'result',
      runId: ID,
      status: 'completed',
      output: { total: 12 },
    })
  })

  it('shows which approval it waits for, and how that ended', async () => {
    const url = await serve(runServer)
    const { out } = await run(['watch', ID], url)
    expect(out).toContain('for approval: ap-1 Ship it?')
    expect(out).toContain('rejected by ada@millrace.example')
    const listed = await run(['events', 'list', ID, '--json'], url)
    expect(
      listed.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(events)
  })

  it('goes by the beginning or the end of its id', async () => {
    const url = await serve(runServer)
    expect(await run(['result', 'abcde'], url)).toEqual({ code: 0, err: '', out: '{\n  "total": 12\n}\n' })
    expect((await run(['result', '01930000'], url)).code).toBe(0)
    const none = await run(['result', 'ffff'], url)
    expect([none.code, none.err]).toEqual([2, expect.stringContaining('has an id like ffff')])
  })

  it('of a workflow that does not exist is an error, not an empty list', async () => {
    const { code, err } = await run(['list', '--workflow', 'nosuch'], await serve(runServer))
    expect([code, err]).toEqual([3, expect.stringContaining('There is no workflow nosuch')])
  })

  it('is looked for among older ones, as far as the server says', async () => {
    const asked: string[] = []
    const pages: Record<string, object> = {
      '': { items: [], nextCursor: 'back-1', searchedTo: '2026-11-01T00:00:00.000000Z' },
      'back-1': { items: [summary], nextCursor: 'back-2' },
      'back-2': { items: [summary], nextCursor: null },
    }
    const url = await serve((request, response) => {
      const query = new URL(request.url ?? '', 'http://h').searchParams
      asked.push(query.toString())
      response.end(JSON.stringify(pages[query.get('cursor') ?? '']))
    })
    // Not the end of the list: the workflow is not asked for, as it is where nothing is found at all.
    expect(await run(['list', '--workflow', 'orders'], url)).toEqual({
      code: 0,
      out: 'No runs so far.\n',
      err: 'Searched back to 2026-11-01T00:00:00.000000Z; go on with --cursor back-1\n',
    })
    const next = await run(['list', '--cursor', 'back-1', '--json'], url)
    expect([JSON.parse(next.out), next.err]).toEqual([[summary], 'There are older ones: --cursor back-2\n'])
    const last = await run(['list', '--cursor', 'back-2'], url)
    expect([last.out, last.err]).toEqual([expect.stringContaining(ID), ''])
    expect(asked).toEqual(['limit=20&workflow=orders', 'limit=20&cursor=back-1', 'limit=20&cursor=back-2'])
  })

  it('is waited for while the server is down', async () => {
    const url = await serve((_, response) => response.end())
    closers.splice(0).forEach((close) => {
      close()
    })
    let heard: (text: string) => void = () => {}
    const waiting = new Promise<string>((resolve) => {
      heard = resolve
    })
    const watched = run(['watch', ID], url, { err: { write: (text) => heard(text) } })
    expect(await waiting).toContain(`Cannot reach Millrace at ${url}. Trying again in`)
    await serve(runServer, Number(new URL(url).port))
    expect((await watched).code).toBe(0)
  })
})

describe('a server that is not Millrace', () => {
  it.each([
    [200, '{"hello":"world"}'],
    [200, '<html>'],
    [404, '{"error":"none"}'],
  ])('is called that: %s %s', async (status, body) => {
    const url = await serve((_, response) => response.writeHead(status).end(body))
    const { code, err } = await run(['list'], url)
    expect([code, err]).toEqual([3, expect.stringContaining(`What answers at ${url} is not Millrace`)])
  })
})

describe('completion', () => {
  it('is a script that bash can read, with every command', async () => {
    const { out } = await run(['completion', 'bash'], '')
    const folder = await mkdtemp(join(tmpdir(), 'millrace-cli-'))
    closers.push(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'complete.sh'), out)
    const ask = `source complete.sh; COMP_WORDS=(millrace dep); COMP_CWORD=1; _millrace; echo "$COMPREPLY"`
    const { stdout } = await promisify(execFile)('bash', ['-c', ask], { cwd: folder })
    expect(stdout).toBe('deploy\n')
    expect((await run(['completion', 'fish'], '')).out).toContain(
      '__fish_seen_subcommand_from deploy" -l force',
    )
    expect((await run(['completion', 'zsh'], '')).out).toContain('deploy) compadd -- --message --force')
    expect((await run(['--version'], '')).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
