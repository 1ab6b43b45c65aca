import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import {
  createTempFolder,
  createTestDatabase,
  type NodeProcess,
  spawnNode,
  type TempFolder,
  type TestDatabase,
  waitFor,
} from '@millrace/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'

const mainOf = (service: string) =>
  fileURLToPath(new URL(`../../../${service}/dist/main.js`, import.meta.url))
const secrets = {
  JWT_SECRET: randomBytes(48).toString('base64'),
  MASTER_KEY: randomBytes(32).toString('base64'),
}
const BLOCK = new URL('./block.mjs', import.meta.url).href

let folder: TempFolder
let database: TestDatabase
let running: NodeProcess
beforeEach(async () => {
  folder = createTempFolder()
  database = await createTestDatabase()
})
afterEach(async () => {
  running.kill('SIGKILL')
  await running.exited
  await database.drop()
  folder.remove()
})

const begin = async (service: string, readyPattern: RegExp): Promise<NodeProcess> => {
  running = await spawnNode(mainOf(service), {
    env: {
      ...{ DATABASE_URL: database.url, REDIS_URL: undefined, MILLRACE_DIR: folder.path, WORKERS: '0' },
      ...{ PORT: '0', LOG_LEVEL: 'info', DRAIN_MS: '0', NODE_OPTIONS: `--import=${BLOCK}` },
      ...secrets,
    },
    readyPattern,
  })
  return running
}

it.each([
  ['worker', /worker ready/],
  ['standalone', /Stop\s+Ctrl-C/],
] as const)(
  'a %s whose event loop stands still ends in bounded time after SIGTERM',
  async (service, ready) => {
    const blocked = await begin(service, ready)
    blocked.kill('SIGUSR2')
    await waitFor(() => blocked.output().includes('"blocked"'), { what: 'the block' })
    const began = performance.now()
    blocked.kill('SIGTERM')
    expect(await blocked.exited).toEqual({ code: null, signal: 'SIGKILL' })
    // 7 s for closing, 2 s over it; and this machine may be busy.
    expect(performance.now() - began).toBeLessThan(20_000)
    const last = JSON.parse(blocked.output().trimEnd().split('\n').at(-1) ?? '')
    expect(last).toMatchObject({
      level: 60,
      pid: blocked.pid,
      msg: expect.stringMatching(/event loop stands still/),
    })
  },
)

it('a process that is well says why it stops, and what it did, and is not touched', async () => {
  const well = await begin('worker', /worker ready/)
  well.kill('SIGTERM')
  expect(await well.exited).toEqual({ code: 0, signal: null })
  const lines = well
    .output()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).msg)
  expect(lines.slice(-4)).toEqual([
    'SIGTERM: stopping',
    'draining: 0 runs under way, and no more are taken',
    'drained: 0 runs finished, 0 wait, 0 handed back, 0 left in the middle of a step',
    'stopped',
  ])
})
