import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  createTempFolder,
  createTestDatabase,
  freePort,
  hasCommand,
  type TestDatabase,
  waitFor,
} from '@millrace/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSqlRunner, type SqlRunner } from '../src/index.js'
import { LOOPBACK, type World, worldOf } from './world.js'

/** pgbouncer refuses to run as root. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

let database: TestDatabase
let pooler: { readonly url: string; stop(): Promise<void> }
let runner: SqlRunner
let world: World

/** A real pgbouncer with fewer sessions than we have connections, which hands them on after each transaction. */
const startPooler = async (target: string) => {
  const folder = createTempFolder()
  const port = await freePort()
  const { hostname, port: targetPort, username, password, pathname } = new URL(target)
  const login = `user=${username}${password === '' ? '' : ` password=${password}`}`
  const file = join(folder.path, 'pgbouncer.ini')
  writeFileSync(
    file,
    `[databases]
* = host=${hostname} port=${targetPort} dbname=${pathname.slice(1)} ${login}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
`,
  )
  chmodSync(file, 0o644)
  const child = spawn('pgbouncer', [file], { ...NOBODY, stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr.on('data', (chunk) => {
    log += chunk
  })
  const exited = once(child, 'exit')
  await waitFor(() => log.includes('process up') || child.exitCode !== null, { what: 'pgbouncer' })
  if (child.exitCode !== null) throw new Error(`pgbouncer ended: ${log}`)
  return {
    url: `postgres://anybody:x@127.0.0.1:${port}/any`,
    stop: async () => {
      child.kill('SIGTERM')
      await exited
      folder.remove()
    },
  }
}

const available = hasCommand('pgbouncer', 'pgbouncer')

beforeAll(async () => {
  if (!available) return
  database = await createTestDatabase()
  pooler = await startPooler(database.url)
  runner = createSqlRunner({ allowPrivate: LOOPBACK })
  world = worldOf(pooler.url, runner)
})
afterAll(async () => {
  if (!available) return
  await runner.close()
  await pooler.stop()
  await database.drop()
})

describe.skipIf(!available)('behind a pooler of transactions', () => {
  it('50 items, 16 at a time, all end, whatever session each of them gets', async () => {
    await world.ask('create table items (n int, who int default pg_backend_pid())')
    const items = Array.from({ length: 50 }, (_, n) => n)
    const next = items.values()
    const work = async () => {
      for (const n of next) {
        await world.ask('insert into items (n) values ($1)', [n])
        expect((await world.ask('select n from items where n = any ($1)', [[n]])).rows).toEqual([{ n }])
      }
    }
    await Promise.all(Array.from({ length: 16 }, work))
    expect(await world.value('(select count(distinct n) from items)')).toBe('50')
    expect(await world.value('(select count(distinct who) > 1 from items)')).toBe(true)
  })

  it('a failed statement leaves the sessions of others alone', async () => {
    const ask = (n: number) =>
      n % 2 === 0 ? world.value('$1::int', [n]) : world.value('$1::date', ['never'])
    const ends = await Promise.allSettled(Array.from({ length: 30 }, (_, n) => ask(n)))
    expect(ends.map(({ status }) => status)).toEqual(
      ends.map((_, n) => (n % 2 === 0 ? 'fulfilled' : 'rejected')),
    )
  })

  it('what may only read writes nothing, whoever has the session before and after it', async () => {
    await world.ask('create table kept (n int)')
    const ask = (n: number) =>
      n % 2 === 0
        ? world.ask('insert into kept values ($1)', [n])
        : world.ask('with a as (insert into kept values ($1)) select 1', [n], { readOnly: true })
    const ends = await Promise.allSettled(Array.from({ length: 30 }, (_, n) => ask(n)))
    expect(ends.map((end) => (end.status === 'rejected' ? end.reason.code : 'done'))).toEqual(
      ends.map((_, n) => (n % 2 === 0 ? 'done' : 'QUERY_WRITES')),
    )
    expect(await world.value('(select count(*) from kept where n % 2 = 0)')).toBe('15')
    expect(await world.value('(select count(*) from kept)')).toBe('15')
  })

  it('a statement is stopped on the server', async () => {
    const abort = new AbortController()
    const asked = world.ask('select pg_sleep(600) /* pooled */', [], { signal: abort.signal })
    const running = `(select count(*) from pg_stat_activity
      where query like '%/* pooled%' and state = 'active' and pid <> pg_backend_pid())`
    await waitFor(async () => (await world.value(running)) === '1', { what: 'the statement to run' })
    abort.abort(new Error('cancelled'))
    await expect(asked).rejects.toThrow('cancelled')
    await waitFor(async () => (await world.value(running)) === '0', { what: 'the statement to stop' })
  })
})
