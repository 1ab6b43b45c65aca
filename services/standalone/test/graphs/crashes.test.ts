import { setTimeout as after } from 'node:timers/promises'
import type { Json, RunEvent } from '@millrace/contracts'
import { type NodeProcess, waitFor } from '@millrace/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dense, openWorld, seqsOf, type Version, type World } from '../durability/world.js'
import { type Shape, shapesOf } from './shapes.js'

let world: World
let shapes: Map<string, Version>
const INPUT = { n: 7, list: [3, 1, 2], one: [{ v: 5 }], none: [] }
/** How long the outside takes for an answer, so that a crash meets calls under way. Milliseconds. */
const OUTSIDE_MS = 40

beforeAll(async () => {
  world = await openWorld()
  world.scheduler()
  answerFromOutside()
  const double = await world.publish({
    nodes: [
      { id: 'called', type: 'trigger.call' },
      { id: 'ask', type: 'http.request', params: { method: 'POST', url: `${world.upstream.url}/say/x` } },
      { id: 'r', type: 'transform.json', params: { expression: '{ "twice": trigger.n * 2 }' } },
    ],
    edges: [
      { from: 'called', to: 'ask' },
      { from: 'ask', to: 'r' },
    ],
  })
  const all: Record<string, Shape> = shapesOf({ url: world.upstream.url, double: double.workflowId })
  shapes = new Map()
  for (const [name, shape] of Object.entries(all)) shapes.set(name, await world.publish(shape))
}, 120_000)
afterAll(() => world.end(), 60_000)

/** `say/text`, `flaky/times` (5xx so often for one key), `break` (always 5xx), `refuse` (4xx). */
function answerFromOutside(): void {
  const seen = new Map<string, number>()
  world.upstream.otherwise(async (call) => {
    const [, kind, text = ''] = call.path.split('/')
    const times = (seen.get(call.key ?? '') ?? 0) + 1
    seen.set(call.key ?? '', times)
    await after(OUTSIDE_MS)
    if (kind === 'refuse') return call.answer({ no: text }, 422)
    if (kind === 'break' || (kind === 'flaky' && times <= Number(text))) return call.answer({}, 503)
    call.answer({ said: text })
  })
}

interface Outcome {
  readonly status: string
  readonly output: Json
  readonly code: string | undefined
  /** By path: how each step ended, and what it gave. */
  readonly steps: Readonly<Record<string, unknown>>
}

/** Starts all of them, and sends what some of them wait for. */
async function startAll(): Promise<Map<string, string>> {
  const started = [...shapes].map(async ([name, version]) => {
    const runId = await world.start(version, INPUT)
    for (const key of [runId, `${runId}-0`, `${runId}-1`, `${runId}-2`])
      await world.post('/events', { name: 'go', key, payload: key.slice(runId.length) })
    return [name, runId] as const
  })
  return new Map(await Promise.all(started))
}

async function outcomeOf(runId: string): Promise<Outcome> {
  const { status, error, output } = await waitFor(
    async () => {
      const run = await world.run(runId)
      return ['completed', 'failed', 'cancelled'].includes(run.status) && run
    },
    { what: `run ${runId} to end`, timeoutMs: 120_000 },
  )
  const events = await world.events(runId)
  expect(seqsOf(events)).toEqual(dense(events))
  expect(completedTwice(events)).toEqual([])
  return { status, output: plain(output), code: error?.code, steps: stepsOf(events) }
}

const completedTwice = (events: readonly RunEvent[]): string[] => {
  const paths = events.flatMap((event) => (event.type === 'step_succeeded' ? [event.path] : []))
  return paths.filter((path, index) => paths.indexOf(path) !== index)
}

const stepsOf = (events: readonly RunEvent[]): Record<string, unknown> =>
  Object.fromEntries(
    events.flatMap((event): [string, unknown][] => {
      switch (event.type) {
        case 'step_succeeded':
          return [[event.path, plain(event.output ?? null)]]
        case 'step_failed':
          return [[event.path, `failed: ${event.error.code}`]]
        case 'step_skipped':
        case 'step_cancelled':
          return [[event.path, event.type]]
        default:
          return []
      }
    }),
  )

/** Ids, times and headers differ from run to run. */
const plain = (value: Json): Json =>
  JSON.parse(
    JSON.stringify(value, (key, member) =>
      ['headers', 'until', 'id', 'at', 'message', 'key', 'durationMs', 'runId', 'details'].includes(key)
        ? undefined
        : member,
    ) ?? 'null',
  )

const outcomes = async (runs: ReadonlyMap<string, string>): Promise<Map<string, Outcome>> =>
  new Map(await Promise.all([...runs].map(async ([name, runId]) => [name, await outcomeOf(runId)] as const)))

const lostAttempts = async (runs: ReadonlyMap<string, string>): Promise<number> => {
  const [row] = await world.sql<[{ lost: number }]>`
    SELECT count(*)::int AS lost FROM run_events
    WHERE run_id = ANY (${[...runs.values()]}::uuid[]) AND event ->> 'type' = 'step_retrying'
      AND event -> 'error' ->> 'code' = 'WORKER_LOST'`
  return row.lost
}

/** Lets the outside see so many more calls, then kills the worker with -9 and starts another. */
async function killAfter(calls: number, victim: NodeProcess): Promise<NodeProcess> {
  const from = world.upstream.calls.length
  await waitFor(() => world.upstream.calls.length >= from + calls, {
    what: `${calls} calls`,
    timeoutMs: 60_000,
  })
  victim.kill('SIGKILL')
  await victim.exited
  return world.worker({ LEASE_MS: '1000' })
}

it('thirty workflows come to the same, whether or not workers are killed meanwhile', async () => {
  let worker = await world.worker({ LEASE_MS: '1000' })
  const undisturbed = await outcomes(await startAll())
  expect(undisturbed.size).toBeGreaterThanOrEqual(30)

  const disturbed = startAll()
  for (const calls of [8, 12, 20]) worker = await killAfter(calls, worker)
  const compared = await outcomes(await disturbed)
  expect(await lostAttempts(await disturbed)).toBeGreaterThan(0)
  for (const [name, outcome] of undisturbed) expect(compared.get(name), name).toEqual(outcome)
}, 300_000)
