import { execFileSync } from 'node:child_process'
import { chownSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createTempFolder, freePort, hasCommand } from '@millrace/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSqlRunner, type SqlRunner } from '../src/index.js'
import { LOOPBACK, type World, worldOf } from './world.js'

const BIN = '/usr/lib/postgresql/15/bin'
/** Postgres refuses to run as root. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

const available = hasCommand(`${BIN}/postgres`, 'postgresql-15')
const folder = createTempFolder()
const data = join(folder.path, 'data')
let runner: SqlRunner
let world: World

const run = (command: string, ...args: string[]) =>
  execFileSync(join(BIN, command), args, { ...NOBODY, stdio: 'ignore' })

beforeAll(async () => {
  if (!available) return
  mkdirSync(data)
  if (NOBODY.uid !== undefined)
    for (const path of [folder.path, data]) chownSync(path, NOBODY.uid, NOBODY.gid)
  run('initdb', '-D', data, '-U', 'postgres', '--auth=trust')
  const port = await freePort()
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=`
  run('pg_ctl', '-D', data, '-w', '-o', options, '-l', join(folder.path, 'log'), 'start')
  runner = createSqlRunner({ allowPrivate: LOOPBACK })
  world = worldOf(`postgres://postgres@127.0.0.1:${port}/postgres`, runner)
  await world.ask('create table kept (n int)')
})
afterAll(async () => {
  if (available) {
    await runner.close()
    run('pg_ctl', '-D', data, '-m', 'immediate', 'stop')
  }
  folder.remove()
})

/** Before PostgreSQL 16 a transaction that only reads can be left by taking its setting back. */
describe.skipIf(!available)('a statement that may only read, on PostgreSQL 15', () => {
  it.each(['set transaction_read_only to default', "execute 'reset transaction_read_only'"])(
    'is refused and undone where it leaves reading: %s',
    async (command) => {
      const statement = `do $$ begin ${command}; insert into kept values (1); end $$`
      await expect(world.ask(statement, [], { readOnly: true })).rejects.toMatchObject({
        code: 'QUERY_WRITES',
      })
      expect(await world.value('(select count(*) from kept)::int')).toBe(0)
    },
  )

  it('reads, and the same session writes for others', async () => {
    const read = await world.ask('select 1 as n', [], { readOnly: true })
    expect(read.rows).toEqual([{ n: 1 }])
    await world.ask('insert into kept values (1)')
    expect(await world.value('(select count(*) from kept)::int')).toBe(1)
  })
})
