import { randomBytes } from 'node:crypto'
import { get, type IncomingMessage } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { RunEvent } from '@millrace/contracts'
import { type RunningPostgres, startPostgres } from '@millrace/local-services'
import {
  createTempFolder,
  freePort,
  type NodeProcess,
  spawnNode,
  type TempFolder,
  waitFor,
} from '@millrace/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { signIn } from '../trials/services.js'
import { openUpstream, type Upstream } from './upstream.js'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

let folder: TempFolder
let postgres: RunningPostgres
let upstream: Upstream
let server: NodeProcess
let url: string
const dataDir = () => `${folder.path}/postgres`
beforeEach(async () => {
  folder = createTempFolder()
  postgres = await startPostgres({ dataDir: dataDir() })
  upstream = await openUpstream()
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  server = await spawnNode(MAIN, {
    env: {
      ...{ DATABASE_URL: postgres.url, REDIS_URL: undefined, MILLRACE_DIR: `${folder.path}/millrace` },
      ...{ PORT: String(port), WORKERS: '0', HTTP_ALLOW_PRIVATE: '127.0.0.0/8' },
      JWT_SECRET: randomBytes(48).toString('base64'),
      MASTER_KEY: randomBytes(32).toString('base64'),
    },
    readyPattern: /Stop\s+Ctrl-C/,
  })
})
afterEach(async () => {
  server.kill('SIGKILL')
  await server.exited
  await upstream.close()
  await postgres.stop()
  folder.remove()
})

/** As the standard has it: comes back after each stream, from where it stands, and gives up on any other answer. */
class EventSource {
  readonly ids: number[] = []
  readonly connections: string[] = []
  readonly over: Promise<string>
  #response: IncomingMessage | undefined
  #retryMs = 200

  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {
    this.over = this.#follow()
  }

  /** The network loses the connection. */
  cut(): void {
    this.#response?.destroy()
  }

  async #follow(): Promise<string> {
    for (;;) {
      const refused = await this.#connect().catch(() => undefined)
      if (refused !== undefined) return refused
      await pause(this.#retryMs)
    }
  }

  async #connect(): Promise<string | undefined> {
    const headers = {
      accept: 'text/event-stream',
      authorization: `Bearer ${this.token}`,
      'last-event-id': String(this.ids.at(-1) ?? 0),
    }
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(this.url, { headers, agent: false }, resolve).on('error', reject)
    })
    const answer = `${response.statusCode} ${response.headers['content-type'] ?? ''}`
    if (!answer.startsWith('200 text/event-stream')) return answer
    this.#response = response
    let text = ''
    this.connections.push('')
    for await (const part of response.setEncoding('utf8')) {
      this.connections[this.connections.length - 1] += part
      text += part
      const messages = text.split('\n\n')
      text = messages.pop() ?? ''
      for (const message of messages) this.#take(message)
    }
    return undefined
  }

  #take(message: string): void {
    const id = /^id: ?(\d+)$/m.exec(message)?.[1]
    if (id !== undefined) this.ids.push(Number(id))
    const retry = /^retry: ?(\d+)$/m.exec(message)?.[1]
    if (retry !== undefined) this.#retryMs = Number(retry)
  }
}

it('viewers come back by themselves after an outage of the database, and miss nothing (I4, D16)', async () => {
  const { client, token } = await signIn(url, `${folder.path}/millrace`)
  const call = (path: string) => ({ method: 'POST', url: `${upstream.url}/${path}` })
  await client.workflows.import(
    {
      format: 'millrace/v1',
      name: 'flow',
      nodes: [
        { id: 'start', type: 'trigger.manual' },
        { id: 'slow', type: 'http.request', params: call('slow') },
        { id: 'after', type: 'http.request', params: call('after') },
      ],
      edges: [
        { from: 'start', to: 'slow' },
        { from: 'slow', to: 'after' },
      ],
    },
    { publish: true },
  )
  upstream.hold('/slow')
  const { id } = (await client.runs.start({ workflow: 'flow' })).run
  const stream = `${url}/api/v1/runs/${id}/events`
  const open = new EventSource(stream, token)
  const cut = new EventSource(stream, token)
  const [watched, caught]: [RunEvent[], RunEvent[]] = [[], []]
  const follow = async (events: RunEvent[]) => {
    for await (const event of client.runs.watch(id)) events.push(event)
    return events.map(({ seq }) => seq)
  }
  const stayed = follow(watched)
  const slow = await upstream.nth('/slow', 1)
  const started = () => [open.ids, cut.ids, watched].every(({ length }) => length >= 3)
  await waitFor(started, { what: 'what is durable' })

  await postgres.stop()
  cut.cut()
  const came = follow(caught)
  const late = new EventSource(stream, token)
  for (const viewer of [cut, late]) {
    const toldToComeBack = () => viewer.connections.some((text) => /^retry: \d+\n: UNAVAILABLE$/m.test(text))
    await waitFor(toldToComeBack, { what: 'an empty stream', timeoutMs: 20_000 })
  }
  slow.answer()
  postgres = await startPostgres({ dataDir: dataDir(), port: postgres.port })

  await upstream.nth('/after', 1, 60_000)
  for (const viewer of [open, cut, late]) expect(await viewer.over).toMatch(/^204/)
  expect(await stayed).toHaveLength(watched.length)
  expect(watched.at(-1)?.type).toBe('run_finished')
  const all = watched.map((_, index) => index + 1)
  for (const viewer of [open, cut, late]) expect(viewer.ids).toEqual(all)
  expect(await stayed).toEqual(all)
  expect(await came).toEqual(all)
  expect(upstream.to('/slow')).toHaveLength(1)
}, 120_000)
