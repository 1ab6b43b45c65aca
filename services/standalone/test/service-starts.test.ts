import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { migrateDown, openDatabase } from '@millrace/db'
import { freePort } from '@millrace/local-services'
import { createTempFolder, createTestDatabase, type NodeProcess, spawnNode } from '@millrace/testkit'
import { expect, it } from 'vitest'

const SERVICES = ['workflow', 'runner', 'worker', 'scheduler'] as const
const mainOf = (service: string) => fileURLToPath(new URL(`../../${service}/dist/main.js`, import.meta.url))
const secrets = {
  JWT_SECRET: randomBytes(48).toString('base64'),
  MASTER_KEY: randomBytes(32).toString('base64'),
}

const begin = (service: string, env: Record<string, string | undefined>): Promise<NodeProcess> =>
  spawnNode(mainOf(service), {
    env: { DATABASE_URL: undefined, REDIS_URL: undefined, PORT: '0', ...secrets, ...env },
  })

/** Starts one that must refuse; gives the one line it prints. */
const refusalOf = async (service: string, env: Record<string, string | undefined>): Promise<string> => {
  const refused = await begin(service, env)
  expect((await refused.exited).code).toBe(1)
  const lines = refused.output().trimEnd().split('\n')
  expect(lines).toHaveLength(1)
  const line: { level: number; msg: string } = JSON.parse(lines[0] ?? '')
  expect([line.level, line.msg]).toEqual([
    60,
    expect.stringMatching(new RegExp(`^${service} could not start: `)),
  ])
  expect(lines[0]).not.toMatch(/node:internal|\bat .*\.js/)
  return line.msg
}

it('says in one line of the log what to change, whatever keeps a process from starting', async () => {
  const { url, drop } = await createTestDatabase()
  const wrongPassword = url.replace(/:[^:@]*@/, ':wrong@')
  const nowhere = `postgres://x:y@127.0.0.1:1/z?connect_timeout=1`
  expect(await refusalOf('worker', {})).toMatch(/needs DATABASE_URL/)
  expect(await refusalOf('runner', { DATABASE_URL: url, JWT_SECRET: 'short' })).toMatch(
    /JWT_SECRET is shorter/,
  )
  expect(await refusalOf('workflow', { DATABASE_URL: wrongPassword })).toMatch(
    /user or the password of DATABASE_URL/,
  )
  expect(await refusalOf('scheduler', { DATABASE_URL: nowhere })).toMatch(
    /nobody listens at the database's address/,
  )
  const port = await freePort()
  const holder = await spawnNode(mainOf('scheduler'), {
    env: { DATABASE_URL: url, REDIS_URL: undefined, PORT: String(port), ...secrets },
    readyPattern: /scheduler ready/,
  })
  expect(await refusalOf('runner', { DATABASE_URL: url, PORT: String(port) })).toMatch(
    /set PORT to another one/,
  )
  holder.kill('SIGTERM')
  await holder.exited
  await drop()
})

it.each(['runner', 'worker', 'scheduler'])(
  'a %s refuses a schema that is not there, or newer',
  async (service) => {
    const { url, drop } = await createTestDatabase()
    const { sql, close } = openDatabase(url, { max: 1 })
    await sql`INSERT INTO schema_migrations (name, checksum) VALUES ('9999_later', 'x')`
    expect(await refusalOf(service, { DATABASE_URL: url })).toMatch(
      /newer than this version, it has 9999_later/,
    )
    await sql`DELETE FROM schema_migrations WHERE name = '9999_later'`
    await migrateDown(sql, 99)
    await sql`DROP TABLE schema_migrations`
    expect(await refusalOf(service, { DATABASE_URL: url })).toMatch(
      /has no schema yet: start the workflow service/,
    )
    await close()
    await drop()
  },
)

it.each(SERVICES)('a %s logs each request once, by its route and without what it held', async (service) => {
  const { url, drop } = await createTestDatabase()
  const folder = createTempFolder()
  const running = await spawnNode(mainOf(service), {
    env: {
      DATABASE_URL: url,
      REDIS_URL: undefined,
      MILLRACE_DIR: folder.path,
      PORT: '0',
      LOG_LEVEL: 'info',
      ...secrets,
    },
    readyPattern: new RegExp(`${service} ready`),
  })
  const address = /"url":"([^"]+)"/.exec(running.output())?.[1] ?? ''
  await fetch(`${address}/api/v1/nothing?key=canary-1`, { headers: { 'x-request-id': 'mine' } })
  await fetch(`${address}/health/ready`)
  running.kill('SIGTERM')
  expect((await running.exited).code).toBe(0)
  const lines = running.output().trimEnd().split('\n')
  const requests = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request')
  expect(requests).toEqual([
    expect.objectContaining({
      name: service,
      requestId: 'mine',
      method: 'GET',
      route: 'unmatched',
      status: 404,
      ms: expect.any(Number),
    }),
  ])
  expect(running.output()).not.toContain('canary')
  folder.remove()
  await drop()
})
