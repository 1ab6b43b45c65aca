import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
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

/** What each process does with a Redis that is away, wrong or badly set, as it says so itself. */

const mainOf = (service: string) => fileURLToPath(new URL(`../../${service}/dist/main.js`, import.meta.url))
const secrets = {
  JWT_SECRET: randomBytes(48).toString('base64'),
  MASTER_KEY: randomBytes(32).toString('base64'),
}

let folder: TempFolder
let database: TestDatabase
const ends: (() => Promise<unknown>)[] = []
beforeEach(async () => {
  folder = createTempFolder()
  database = await createTestDatabase()
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
  await database.drop()
  folder.remove()
})

const startRedis = async (port: number, ...settings: string[]): Promise<void> => {
  const file = join(folder.path, 'redis.conf')
  writeFileSync(file, [`port ${port}`, 'bind 127.0.0.1', 'save ""', ...settings, ''].join('\n'))
  const child = spawn('redis-server', [file], { cwd: folder.path, stdio: ['ignore', 'pipe', 'ignore'] })
  const exited = once(child, 'exit')
  ends.push(() => {
    child.kill('SIGKILL')
    return exited
  })
  for await (const text of child.stdout) if (/Ready to accept connections/.test(String(text))) break
}

const begin = async (service: string, redisUrl: string): Promise<NodeProcess> => {
  const started = await spawnNode(mainOf(service), {
    env: {
      ...{ DATABASE_URL: database.url, REDIS_URL: redisUrl, MILLRACE_DIR: folder.path },
      ...{ PORT: '0', LOG_LEVEL: 'info', WORKERS: '0' },
      ...secrets,
    },
  })
  ends.push(() => {
    started.kill('SIGKILL')
    return started.exited
  })
  return started
}

interface Line {
  readonly level: number
  readonly msg: string
  readonly url?: string
}

/** Every line has to be one of the log. */
const linesOf = (running: NodeProcess): Line[] =>
  running
    .output()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))

const said = (running: NodeProcess, pattern: RegExp): Promise<Line> =>
  waitFor(() => linesOf(running).find(({ msg }) => pattern.test(msg)), {
    what: String(pattern),
    timeoutMs: 30_000,
  })

const health = async ({ url }: Line) => {
  const answer = await fetch(`${url}/health/ready`)
  const body: { parts: Record<string, string>; problems?: string[] } = JSON.parse(await answer.text())
  return { ...body, status: answer.status }
}

it.each(['runner', 'scheduler', 'worker', 'standalone'])(
  'a %s whose Redis refuses the password says so in one line and ends with 1',
  async (service) => {
    const port = await freePort()
    await startRedis(port, 'requirepass right')
    const refused = await begin(service, `redis://:hunter2@127.0.0.1:${port}`)
    expect((await refused.exited).code).toBe(1)
    expect(refused.output()).not.toContain('hunter2')
    expect(linesOf(refused)).toEqual([
      expect.objectContaining({
        level: 60,
        msg: expect.stringMatching(
          new RegExp(
            `could not start: Redis at 127.0.0.1:${port} refuses the user or the password of REDIS_URL: correct them`,
          ),
        ),
      }),
    ])
  },
)

it.each(['worker', 'scheduler'])('a %s is ready only once its Redis is', async (service) => {
  const port = await freePort()
  const running = await begin(service, `redis://:hunter2@127.0.0.1:${port}`)
  const where = `Redis at 127.0.0.1:${port} cannot be reached, nobody listens there: check REDIS_URL`
  const waits = await said(running, new RegExp(`^${service} waits: ${where}`))
  const unready = await health(waits)
  expect([unready.status, unready.parts['database']]).toEqual([503, 'ok'])
  for (const part of ['queue', 'feed']) expect(unready.parts[part]).toContain(where)
  expect(running.output()).not.toMatch(/ready"|hunter2/)
  await startRedis(port, 'requirepass hunter2')
  await said(running, new RegExp(`^${service} ready$`))
  expect(linesOf(running).filter(({ msg }) => msg.includes('waits'))).toHaveLength(1)
  await waitFor(async () => (await health(waits)).status === 200, { what: 'readiness' })
})

it('a runner is ready without Redis, and says what it lacks', async () => {
  const port = await freePort()
  const running = await begin('runner', `redis://127.0.0.1:${port}`)
  const ready = await said(running, /^runner ready, but for now without Redis: Redis at .* cannot be reached/)
  const answer = await health(ready)
  expect([answer.status, answer.parts['database']]).toEqual([200, 'ok'])
  expect(answer.parts['queue']).toMatch(new RegExp(`^Redis at 127.0.0.1:${port} cannot be reached`))
})

it('a policy that evicts is one line of the log, and a problem of a process that is ready', async () => {
  const port = await freePort()
  await startRedis(port, 'maxmemory-policy allkeys-lru')
  const running = await begin('worker', `redis://127.0.0.1:${port}`)
  const ready = await said(running, /^worker ready$/)
  const warning = /evicts keys .* doorbells may be lost.* set maxmemory-policy noeviction$/
  expect(linesOf(running).filter(({ msg }) => warning.test(msg))).toEqual([
    expect.objectContaining({ level: 40 }),
  ])
  await waitFor(async () => (await health(ready)).problems !== undefined, { what: 'the problem' })
  expect(await health(ready)).toMatchObject({ status: 200, problems: [expect.stringMatching(warning)] })
})
