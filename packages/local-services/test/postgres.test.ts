import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isAlive, type RunningPostgres, startPostgres } from '@millrace/local-services'
import { createTempFolder, spawnNode, waitFor } from '@millrace/testkit'
import postgres from 'postgres'
import { afterEach, beforeEach, expect, test } from 'vitest'

let folder: ReturnType<typeof createTempFolder>
let started: RunningPostgres[]

beforeEach(() => {
  folder = createTempFolder()
  started = []
})
afterEach(async () => {
  for (const server of started) await server.stop()
  folder.remove()
})

const dataDir = () => join(folder.path, 'postgres')
const start = async (options: { guarded?: boolean; port?: number } = {}) => {
  const server = await startPostgres({ dataDir: dataDir(), ...options })
  started.push(server)
  return server
}

const query = async (url: string, text: string): Promise<unknown[]> => {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    return [...(await sql.unsafe(text))]
  } finally {
    await sql.end()
  }
}

/** A process that has ended may be a zombie for a moment, until its parent has taken note. */
const ended = (pid: number) => waitFor(() => !isAlive(pid), { what: `the end of process ${pid}` })

test('a second start finds data and port of the first', async () => {
  const first = await start()
  await query(first.url, 'CREATE TABLE t AS SELECT 42 AS n')
  await first.stop()
  await ended(first.pid)
  const second = await start()
  expect(second.port).toBe(first.port)
  expect(await query(second.url, 'SELECT n FROM t')).toEqual([{ n: 42 }])
})

test('settings are durable and closed to the outside', async () => {
  const { url } = await start()
  const [settings] = await query(
    url,
    `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS sync,
       current_setting('full_page_writes') AS pages, current_setting('listen_addresses') AS listen,
       current_setting('jit') AS jit, current_setting('timezone') AS timezone`,
  )
  expect(settings).toEqual({
    fsync: 'on',
    sync: 'on',
    pages: 'on',
    listen: '127.0.0.1',
    jit: 'off',
    timezone: 'UTC',
  })
  const wrong = new URL(url)
  wrong.password = 'guess'
  await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/)
})

test('password and url are for their owner only', async () => {
  await start()
  expect(statSync(join(dataDir(), 'url')).mode & 0o777).toBe(0o600)
  expect(readdirSync(join(dataDir(), 'cluster')).sort()).toEqual(['data', 'password'])
  expect(statSync(join(dataDir(), 'cluster', 'password')).mode & 0o777).toBe(0o600)
  expect(statSync(join(dataDir(), 'cluster', 'data')).mode & 0o777).toBe(0o700)
})

test('many starts at once make one cluster and one server; the last one out stops it', async () => {
  const servers = await Promise.all([start(), start(), start()])
  expect(new Set(servers.map((server) => server.pid)).size).toBe(1)
  for (const server of servers.slice(1)) await server.stop()
  expect(await query(servers[0]!.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  await servers[0]!.stop()
  await ended(servers[0]!.pid)
})

test('a server that dies is started again on its port, and what was committed is there', async () => {
  const server = await start()
  await query(server.url, 'CREATE TABLE t AS SELECT 1 AS n')
  const killed = server.pid
  process.kill(killed, 'SIGKILL')
  await waitFor(() => server.pid !== killed, { what: 'another server' })
  expect(await query(server.url, 'SELECT n FROM t')).toEqual([{ n: 1 }])
  const { pid } = server
  await server.stop()
  await ended(pid)
})

test('what was committed survives a kill -9 of the server, and the next start is clean', async () => {
  const first = await start({ guarded: false })
  await query(first.url, 'CREATE TABLE t AS SELECT 1 AS n')
  process.kill(first.pid, 'SIGKILL')
  await ended(first.pid)
  expect(existsSync(join(dataDir(), 'cluster', 'data', 'postmaster.pid'))).toBe(true)
  const second = await start()
  expect(second.pid).not.toBe(first.pid)
  expect(await query(second.url, 'SELECT n FROM t')).toEqual([{ n: 1 }])
})

test('a pid file left by a reboot, its number now a stranger’s, does not keep the server from starting', async () => {
  await (await start()).stop()
  const file = join(dataDir(), 'cluster', 'data', 'postmaster.pid')
  writeFileSync(file, `${process.pid}\n${dataDir()}\n0\n5432\n\n\n\nready\n`, { mode: 0o600 })
  const server = await start()
  expect(server.pid).not.toBe(process.pid)
})

test('the server outlives a killed caller, and the next one takes it over', async () => {
  const script = fileURLToPath(new URL('fixtures/start-and-stay.mjs', import.meta.url))
  const caller = await spawnNode(script, { args: [dataDir()], readyPattern: /pid=\d+;/ })
  const pid = Number(/pid=(\d+);/.exec(caller.output())?.[1])
  caller.kill('SIGKILL')
  await caller.exited
  const server = await start()
  expect(server.pid).toBe(pid)
  await server.stop()
  await ended(pid)
})

test('a signal to the caller’s process group does not reach the server', async () => {
  const server = await start()
  const fields = readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  const [group, session] = [Number(fields[2]), Number(fields[3])]
  expect({ group, session }).toEqual({ group: server.pid, session: server.pid })
})

test('a port that is taken is replaced by a free one', async () => {
  const blocker = createServer()
  await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve))
  const address = blocker.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const server = await start({ port })
  expect(server.port).not.toBe(port)
  await new Promise((resolve) => blocker.close(resolve))
})

test('a server that cannot start gives the end of its log, and leaves no process behind', async () => {
  await (await start()).stop()
  writeFileSync(join(dataDir(), 'cluster', 'data', 'postgresql.conf'), 'shared_buffers = nonsense\n')
  await expect(start()).rejects.toThrow(/Postgres did not start[\s\S]*nonsense/)
  expect(readdirSync(join(dataDir(), 'users'))).toEqual([])
})
