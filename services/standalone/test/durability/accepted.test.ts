import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, connect as dial, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { openDatabase } from '@millrace/db'
import {
  createTempFolder,
  createTestDatabase,
  freePort,
  type NodeProcess,
  spawnNode,
  type TempFolder,
  type TestDatabase,
  waitFor,
} from '@millrace/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { signIn } from '../trials/services.js'
import { openUpstream, type Upstream } from './upstream.js'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const SECRETS = {
  JWT_SECRET: randomBytes(48).toString('base64'),
  MASTER_KEY: randomBytes(32).toString('base64'),
}

let folder: TempFolder
let test: TestDatabase
let upstream: Upstream
let port: number
const ends: (() => unknown)[] = []
beforeEach(async () => {
  folder = createTempFolder()
  test = await createTestDatabase()
  upstream = await openUpstream()
  port = await freePort()
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
  await upstream.close()
  await test.drop()
  folder.remove()
})

const url = () => `http://127.0.0.1:${port}`

const begin = async (databaseUrl: string): Promise<NodeProcess> => {
  const started = await spawnNode(MAIN, {
    env: {
      ...{ DATABASE_URL: databaseUrl, REDIS_URL: undefined, MILLRACE_DIR: folder.path, WORKERS: '0' },
      ...{ PORT: String(port), LEASE_MS: '2000', HTTP_ALLOW_PRIVATE: '127.0.0.0/8', ...SECRETS },
    },
    readyPattern: /Stop\s+Ctrl-C/,
  })
  ends.push(() => {
    started.kill('SIGKILL')
    return started.exited
  })
  return started
}

const KEY = 'the-run-nobody-hears-of'

/** Keeps the answer to whatever names the key to itself: what is asked is done, and nobody hears of it. */
const openMutingProxy = async (target: string): Promise<string> => {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const behind = dial(Number(port), hostname)
    for (const socket of [client, behind]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => [client, behind].map((each) => each.destroy()))
    }
    let muted = false
    client.on('data', (part) => {
      muted ||= part.includes(KEY)
      behind.write(part)
    })
    behind.on('data', (part) => muted || client.write(part))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const through = new URL(target)
  const address = server.address()
  through.host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  return through.href
}

/**
 *   accept ─▶ commit ─╳─ hand-over          one process does both, and is killed in between
 */
it('a run whose process dies between its commit and its hand-over runs once, in the next (I1, D11)', async () => {
  const proxy = await openMutingProxy(test.url)
  const dying = await begin(proxy)
  const { client } = await signIn(url(), folder.path)
  const work = { method: 'POST', url: `${upstream.url}/work` }
  await client.workflows.import(
    {
      format: 'millrace/v1',
      name: 'flow',
      nodes: [
        { id: 'start', type: 'trigger.manual' },
        { id: 'work', type: 'http.request', params: work },
      ],
      edges: [{ from: 'start', to: 'work' }],
    },
    { publish: true },
  )
  const unheard = client.runs.start({ workflow: 'flow' }, { idempotencyKey: KEY })
  const refused = expect(unheard).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  const database = openDatabase(test.url)
  ends.push(() => database.close())
  const accepted = await waitFor(
    async () =>
      (
        await database.sql<{ id: string; owned: boolean; lastSeq: number }[]>`
          SELECT id, worker_id IS NOT NULL AS owned, last_seq AS "lastSeq" FROM runs`
      )[0],
    { what: 'the commit' },
  )
  dying.kill('SIGKILL')
  await Promise.all([dying.exited, refused])
  // It was accepted for the worker of that very process, which never knew of it.
  expect(accepted).toMatchObject({ owned: true, lastSeq: 0 })
  expect(upstream.calls).toHaveLength(0)

  await begin(test.url)
  await upstream.nth('/work', 1)
  const again = await signIn(url(), folder.path)
  await waitFor(async () => (await again.client.runs.get(accepted.id)).status === 'completed', {
    what: 'the end',
  })
  expect(await again.client.runs.start({ workflow: 'flow' }, { idempotencyKey: KEY })).toMatchObject({
    run: { id: accepted.id },
    replayed: true,
  })
  expect(upstream.to('/work')).toHaveLength(1)
})
