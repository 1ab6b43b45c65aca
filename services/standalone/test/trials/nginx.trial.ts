import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from '@millrace/sdk'
import {
  createTempFolder,
  createTestDatabase,
  freePort,
  hasCommand,
  type NodeProcess,
  type TestDatabase,
  waitFor,
} from '@millrace/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeApi } from '../../src/describe.js'
import { type NameServer, startNameServer } from './name-server.js'
import { napping, type Services, servicesWith, signIn } from './services.js'

const TEMPLATE = readFileSync(new URL('../../../../deploy/nginx.conf', import.meta.url), 'utf8')
const folder = createTempFolder()
const stops: (() => Promise<unknown>)[] = []

let database: TestDatabase
let services: Services
let names: NameServer
let ports: { readonly runner: number; readonly workflow: number; readonly nginx: number }
let url: string
let client: Client
let runner: NodeProcess

/** nginx in the foreground, with everything it writes in our folder. */
const startNginx = async (settings: Readonly<Record<string, string>>): Promise<void> => {
  const site = TEMPLATE.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => settings[name] ?? '')
  const at = (name: string) => join(folder.path, name)
  writeFileSync(at('site.conf'), site)
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${at(name)};`)
    .join('\n')
  writeFileSync(
    at('nginx.conf'),
    `daemon off; worker_processes 1; pid ${at('nginx.pid')}; error_log stderr;
events {}
http { access_log off; ${temp} include ${at('site.conf')}; }`,
  )
  const child = spawn('nginx', ['-c', at('nginx.conf'), '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  child.stderr.on('data', (chunk) => {
    log += chunk
  })
  const exited = once(child, 'exit')
  stops.push(() => {
    child.kill('SIGTERM')
    return exited
  })
  await waitFor(
    async () => {
      if (child.exitCode !== null) throw new Error(`nginx ended: ${log}`)
      return await fetch(`http://127.0.0.1:${settings['PORT']}/assets/x`).then(
        () => true,
        () => false,
      )
    },
    { what: 'nginx' },
  )
}

const startRunner = async (host: string): Promise<NodeProcess> => {
  const started = await services.start('runner', { HOST: host, PORT: String(ports.runner) })
  names.set('runner.test', host)
  return started
}

const available = hasCommand('nginx', 'nginx-light')

describe.skipIf(!available)('behind a real nginx', () => {
  beforeAll(async () => {
    database = await createTestDatabase()
    names = await startNameServer()
    ports = { runner: await freePort(), workflow: await freePort(), nginx: await freePort() }
    url = `http://127.0.0.1:${ports.nginx}`
    services = servicesWith({
      DATABASE_URL: database.url,
      MILLRACE_DIR: join(folder.path, 'millrace'),
      PUBLIC_URL: url,
      TRUST_PROXY: '127.0.0.0/8',
    })
    await services.start('workflow', { PORT: String(ports.workflow) })
    names.set('workflow.test', '127.0.0.1')
    runner = await startRunner('127.0.0.2')
    await Promise.all([services.start('worker'), services.start('scheduler')])
    const root = join(folder.path, 'html')
    mkdirSync(root)
    writeFileSync(join(root, 'index.html'), '<!doctype html><title>Millrace</title>')
    writeFileSync(join(root, 'openapi.json'), JSON.stringify(await describeApi()))
    await startNginx({
      RUNNER: `runner.test:${ports.runner}`,
      WORKFLOW: `workflow.test:${ports.workflow}`,
      RESOLVER: names.address,
      PORT: String(ports.nginx),
      ROOT: root,
    })
    ;({ client } = await signIn(url, join(folder.path, 'millrace')))
  })
  afterAll(async () => {
    for (const stop of stops) await stop()
    await services?.stop()
    names?.close()
    await database?.drop()
    folder.remove()
  })

  it('leads every path of the API to the service that has it', async () => {
    const { paths } = (await (await fetch(`${url}/api/openapi.json`)).json()) as {
      paths: Record<string, object>
    }
    expect(Object.keys(paths).length).toBeGreaterThan(40)
    for (const [path, methods] of Object.entries(paths)) {
      const [method = 'get'] = Object.keys(methods)
      const answer = await fetch(
        url + path.replaceAll(/\{[^}]+\}/g, '0197b5a0-0000-7000-8000-000000000001'),
        {
          method: method.toUpperCase(),
        },
      )
      const { detail = '' } = (await answer.json().catch(() => ({}))) as { detail?: string }
      // A service that has no such path says so in these words.
      expect([path, detail]).not.toEqual([path, expect.stringMatching(/^There is nothing at|no such path/i)])
      expect([path, answer.status]).not.toEqual([path, 502])
    }
  })

  it('hands on a stream event by event, while the run goes on', async () => {
    await client.workflows.import(napping('stream', '2s'), { publish: true })
    const { run } = await client.runs.start({ workflow: 'stream', input: {} })
    const seen: { type: string; at: number }[] = []
    for await (const event of client.runs.watch(run.id))
      seen.push({ type: event.type, at: performance.now() })
    const at = (type: string) => seen.find((event) => event.type === type)?.at ?? Number.NaN
    expect(at('run_finished') - at('step_waiting')).toBeGreaterThan(1_500)
  })

  it('tells viewers when to come back while no runner is there, finds the next one, and loses nothing', async () => {
    await client.workflows.import(napping('replaced', '6s'), { publish: true })
    const { run } = await client.runs.start({ workflow: 'replaced', input: {} })
    const seen: number[] = []
    const watched = (async () => {
      for await (const event of client.runs.watch(run.id)) seen.push(event.seq)
    })()
    await waitFor(() => seen.length > 0, { what: 'the first event' })
    runner.kill('SIGKILL')
    await runner.exited
    names.set('runner.test', undefined)

    const stream = await fetch(`${url}/api/v1/runs/${run.id}/events`, {
      headers: { accept: 'text/event-stream' },
    })
    expect([stream.status, stream.headers.get('content-type'), await stream.text()]).toEqual([
      200,
      'text/event-stream',
      'retry: 2000\n\n',
    ])
    for (const method of ['GET', 'POST']) {
      const answer = await fetch(`${url}/api/v1/runs`, { method, headers: { accept: 'application/json' } })
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2'])
      expect(await answer.json()).toMatchObject({ code: 'UNAVAILABLE', status: 503 })
    }
    // Never as if it had been accepted.
    const start = await fetch(`${url}/api/v1/runs`, {
      method: 'POST',
      headers: { accept: 'text/event-stream' },
    })
    expect(start.status).toBe(503)

    await startRunner('127.0.0.3')
    await waitFor(async () => (await fetch(`${url}/health/live`)).ok, { what: 'the new address' })
    await watched
    expect(seen).toEqual(seen.map((_, index) => index + 1))
    expect((await client.runs.get(run.id)).status).toBe('completed')
  })

  it('keeps probes and metrics inside, and shows the description of both services', async () => {
    for (const path of ['/metrics', '/health/ready']) expect((await fetch(url + path)).status).toBe(404)
    const { paths } = (await (await fetch(`${url}/api/docs/json`)).json()) as { paths: object }
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/api/v1/runs', '/api/v1/workflows']))
  })
})
