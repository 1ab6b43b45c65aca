import { execFileSync } from 'node:child_process'
import { chownSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createTempFolder, freePort, hasCommand, spawnNode } from '@millrace/testkit'
import { afterAll, describe, expect, it } from 'vitest'
import { napping, servicesWith, signIn, urlOf } from './services.js'

const BIN = '/usr/lib/postgresql/15/bin'
const MIGRATE = fileURLToPath(new URL('../../../../db/dist/migrate-main.js', import.meta.url))
const folder = createTempFolder()
const stops: (() => void)[] = []
afterAll(() => {
  for (const stop of stops) stop()
  folder.remove()
})

/** Postgres refuses to run as root. */
const account = (): { uid?: number; gid?: number } => {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres']))
  return { uid: id('-u'), gid: id('-g') }
}

/** Debian's Postgres 15, the oldest that works, with one user who is no superuser and the owner of a database. */
const startOldPostgres = async (name: string): Promise<string> => {
  const user = account()
  const data = join(folder.path, name, 'data')
  mkdirSync(data, { recursive: true })
  if (user.uid !== undefined && user.gid !== undefined)
    for (const path of [join(folder.path, name), data]) chownSync(path, user.uid, user.gid)
  const run = (command: string, args: readonly string[]) =>
    execFileSync(`${BIN}/${command}`, args, { ...user, cwd: data, stdio: ['ignore', 'ignore', 'pipe'] })
  const port = await freePort()
  run('initdb', ['-D', data, '-U', 'super', '-A', 'trust', '-N'])
  const settings = `-p ${port} -k '' -h 127.0.0.1 -F`
  run('pg_ctl', ['-D', data, '-w', '-l', join(data, 'log'), '-o', settings, 'start'])
  stops.push(() => run('pg_ctl', ['-D', data, '-m', 'immediate', 'stop']))
  const psql = (sql: string) =>
    run('psql', ['-h', '127.0.0.1', '-p', String(port), '-U', 'super', '-d', 'postgres', '-qc', sql])
  psql("CREATE ROLE app LOGIN CREATEROLE PASSWORD 'x'")
  psql('CREATE DATABASE app OWNER app')
  return `postgres://app:x@127.0.0.1:${port}/app`
}

const available = hasCommand(`${BIN}/postgres`, 'postgresql-15')

describe.skipIf(!available)('a dump of a database, restored on another server', () => {
  it('is refused until what a dump does not hold is made, and then goes on', async () => {
    const [url, other] = [await startOldPostgres('one'), await startOldPostgres('other')]
    const directory = join(folder.path, 'millrace')
    const here = servicesWith({ DATABASE_URL: url, MILLRACE_DIR: directory })
    const first = await here.start('workflow')
    const { client } = await signIn(urlOf(first), directory)
    await client.workflows.import(napping('kept', '100ms'), { publish: true })
    await here.stop()

    const dump = join(folder.path, 'dump.sql')
    const tool = (command: string, args: readonly string[]) =>
      execFileSync(`${BIN}/${command}`, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    tool('pg_dump', ['-d', url, '-f', dump])
    tool('psql', ['-d', other, '-q', '-f', dump])

    const there = servicesWith({ DATABASE_URL: other, MILLRACE_DIR: directory })
    expect(JSON.parse(await there.refusal('runner')).msg).toMatch(/role that accepts runs .*migrate-main\.js/)
    const migrated = await spawnNode(MIGRATE, { env: { DATABASE_URL: other } })
    expect([(await migrated.exited).code, migrated.output()]).toEqual([0, 'The schema is up to date.\n'])

    const [workflow, runner] = [await there.start('workflow'), await there.start('runner')]
    expect((await fetch(`${urlOf(runner)}/health/ready`)).status).toBe(200)
    const { token } = await signIn(urlOf(workflow), directory)
    const answer = await fetch(`${urlOf(runner)}/api/v1/runs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ workflow: 'kept', input: {} }),
    })
    expect(answer.status).toBe(201)
    await there.stop()
  })
})
