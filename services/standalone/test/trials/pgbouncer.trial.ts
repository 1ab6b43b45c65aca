import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '@millrace/db'
import { createClient } from '@millrace/sdk'
import {
  createTempFolder,
  createTestDatabase,
  freePort,
  hasCommand,
  type TestDatabase,
  waitFor,
} from '@millrace/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { napping, servicesWith, signIn, urlOf } from './services.js'

const folder = createTempFolder()
/** pgbouncer refuses to run as root. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

const startPooler = async (target: string, mode: 'transaction' | 'session') => {
  const port = await freePort()
  const { hostname, port: targetPort, username, password, pathname } = new URL(target)
  const file = join(folder.path, `${mode}.ini`)
  writeFileSync(
    file,
    `[databases]
* = host=${hostname} port=${targetPort} dbname=${pathname.slice(1)} user=${username} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = ${mode === 'session' ? 40 : 4}
`,
  )
  chmodSync(file, 0o644)
  const child = spawn('pgbouncer', ['-q', file], { ...NOBODY, stdio: 'ignore' })
  const exited = once(child, 'exit')
  const url = `postgres://anybody:x@127.0.0.1:${port}/any`
  const reaches = async () => {
    const { sql, close } = openDatabase(url, { max: 1, prepare: false })
    try {
      return (await sql`SELECT 1`).length === 1
    } catch {
      return false
    } finally {
      await close()
    }
  }
  await waitFor(reaches, { what: 'pgbouncer' })
  return {
    url,
    stop: () => {
      child.kill('SIGKILL')
      return exited
    },
  }
}

const available = hasCommand('pgbouncer', 'pgbouncer')

describe.skipIf(!available)('behind a real pgbouncer', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await createTestDatabase()
  })
  afterAll(async () => {
    await database?.drop()
    folder.remove()
  })

  const play = async (env: Readonly<Record<string, string>>, name: string) => {
    const directory = join(folder.path, 'millrace')
    const services = servicesWith({ MILLRACE_DIR: directory, ...env })
    try {
      const [workflow, runner] = [await services.start('workflow'), await services.start('runner')]
      await Promise.all([services.start('worker'), services.start('scheduler')])
      const { client: author, token } = await signIn(urlOf(workflow), directory)
      await author.workflows.import(napping(name, '100ms'), { publish: true })
      const operator = createClient({ baseUrl: urlOf(runner), token })
      const started = await Promise.all(
        Array.from({ length: 20 }, () => operator.runs.start({ workflow: name, input: {} })),
      )
      for (const { run } of started)
        await waitFor(async () => (await operator.runs.get(run.id)).status === 'completed', {
          what: `run ${run.id}`,
          timeoutMs: 60_000,
        })
      const ready = await fetch(`${urlOf(runner)}/health/ready`)
      expect([ready.status, await ready.json()]).toMatchObject([200, { status: 'ok' }])
    } finally {
      await services.stop()
    }
  }

  it.each(['transaction', 'session'] as const)(
    'that lends by the %s is refused in one sentence, and works where there is a way past it',
    async (mode) => {
      const pooler = await startPooler(database.url, mode)
      const services = servicesWith({ DATABASE_URL: pooler.url, MILLRACE_DIR: join(folder.path, 'millrace') })
      for (const service of ['workflow', 'runner', 'worker', 'scheduler'])
        expect(JSON.parse(await services.refusal(service)).msg).toMatch(
          /could not start: DATABASE_URL leads through a pooler, .* set DATABASE_DIRECT_URL/,
        )
      await play({ DATABASE_URL: pooler.url, DATABASE_DIRECT_URL: database.url }, `lent-by-${mode}`)
      await pooler.stop()
    },
  )
})
