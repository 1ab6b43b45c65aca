import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { definition, type RunEvent } from '@millrace/contracts'
import { buildGraph } from '@millrace/engine'
import { type Act, type Scenario, scenario, traceOf } from '@millrace/engine/conformance'
import { type Client, createClient } from '@millrace/sdk'
import {
  createTempFolder,
  freePort,
  type NodeProcess,
  spawnNode,
  type TempFolder,
  waitFor,
} from '@millrace/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'

/**
 * The definitions of `packages/engine/conformance`, each with its drawing, deployed by the CLI and run by real workers:
 * they go the way that the pure engine goes there, whatever the order of steps that do not wait for each other.
 */
const FOLDER = fileURLToPath(new URL('../../../../packages/engine/conformance/', import.meta.url))
const SERVER = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const CLI = fileURLToPath(new URL('../../../../packages/cli/dist/main.js', import.meta.url))
const PATIENCE = 60_000

const names = readdirSync(FOLDER, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
)
const read = (name: string, file: string): string => readFileSync(join(FOLDER, name, file), 'utf8')

let home: TempFolder
let server: NodeProcess
let url: string
let client: Client

beforeAll(async () => {
  home = createTempFolder()
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  const env = {
    MILLRACE_DIR: join(home.path, '.millrace'),
    DATABASE_URL: undefined,
    REDIS_URL: undefined,
    PORT: String(port),
    WORKERS: '1',
  }
  server = await spawnNode(SERVER, { env, readyPattern: /Stop\s+Ctrl-C/, readyTimeoutMs: PATIENCE })
  client = createClient({ baseUrl: url })
  const owner = JSON.parse(readFileSync(join(home.path, '.millrace', 'owner.json'), 'utf8'))
  await client.auth.login(owner.email, owner.password)
}, 2 * PATIENCE)
afterAll(async () => {
  server.kill('SIGTERM')
  await server.exited
  home.remove()
}, PATIENCE)

it.each(names)(
  '%s runs as its trace says',
  async (name) => {
    const script = scenario.parse(JSON.parse(read(name, 'scenario.json')))
    const deployed = await spawnNode(CLI, {
      args: ['deploy', join(FOLDER, name, 'workflow.json'), '--url', url],
      cwd: home.path,
      env: { MILLRACE_URL: undefined, MILLRACE_TOKEN: undefined, HOME: home.path },
    })
    expect(await deployed.exited, deployed.output()).toMatchObject({ code: 0 })
    const { run } = await client.runs.start({ workflow: name, input: script.input })
    for (const act of script.acts) await perform(act, run.id)
    const events: RunEvent[] = []
    for await (const event of client.runs.watch(run.id)) events.push(event)
    compare(name, script, events)
  },
  2 * PATIENCE,
)

const perform = async (act: Act, runId: string): Promise<void> => {
  if (act.kind === 'time_out') return
  await waitFor(async () => (await client.runs.get(runId)).status === 'waiting', {
    what: `run ${runId} to wait`,
    timeoutMs: PATIENCE,
  })
  switch (act.kind) {
    case 'cancel':
      await client.runs.cancel(runId)
      return
    case 'event':
      await client.events.publish({ name: act.name, key: act.key })
      return
    case 'approve': {
      const { items } = await client.approvals.list()
      const asked = items.find((approval) => approval.runId === runId)
      await client.approvals.decide(asked?.id ?? '', { decision: 'approve' })
      return
    }
  }
}

const compare = (name: string, script: Scenario, events: readonly RunEvent[]): void => {
  const parsed = definition.parse(JSON.parse(read(name, 'workflow.json')))
  const trace = traceOf(buildGraph(parsed, { get: () => undefined, types: [] }), events)
  const expected = read(name, 'trace.txt')
    .trimEnd()
    .split('\n')
    .slice(script.drawing.length + 3)
  expect(trace.toSorted()).toEqual(expected.toSorted())
  // One at a time, there is but one order.
  if (parsed.settings.maxParallelSteps === 1) expect(trace).toEqual(expected)
}
