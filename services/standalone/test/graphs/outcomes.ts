import { setTimeout as after } from 'node:timers/promises'
import type { Json, RunEvent } from '@millrace/contracts'
import { waitFor } from '@millrace/testkit'
import { dense, seqsOf, type World } from '../durability/world.js'

/** How long the outside takes for an answer, so that a crash meets calls under way. Milliseconds. */
const OUTSIDE_MS = 40

/** `say/text`, `flaky/times` (5xx so often for one key), `break` (always 5xx), `refuse` (4xx). */
export function answerFromOutside(world: World): void {
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

export interface Outcome {
  readonly status: string
  readonly output: Json
  readonly code: string | undefined
  /** By path: how each step ended, and what it gave. */
  readonly steps: Readonly<Record<string, unknown>>
  /** Breaches of I2 and I4: none, if all is well. */
  readonly faults: readonly string[]
}

/** Resolves once all these runs have ended; one look at a time for all of them. */
export async function allEnded(world: World, runIds: readonly string[], timeoutMs = 120_000): Promise<void> {
  const open = new Set(runIds)
  await waitFor(
    async () => {
      const ended = await world.sql<{ id: string }[]>`
        SELECT id FROM runs WHERE id = ANY (${[...open]}::uuid[]) AND status IN ('completed', 'failed', 'cancelled')`
      for (const { id } of ended) open.delete(id)
      if (open.size > 0) await after(100)
      return open.size === 0
    },
    { what: `${runIds.length} runs to end`, timeoutMs },
  )
}

/** How the run has ended. */
export async function outcomeOf(world: World, runId: string): Promise<Outcome> {
  const { status, error, output } = await world.run(runId)
  const events = await world.events(runId)
  return {
    status,
    output: plain(output),
    code: error?.code,
    steps: stepsOf(events),
    faults: faultsOf(events),
  }
}

const faultsOf = (events: readonly RunEvent[]): string[] => {
  const paths = events.flatMap((event) => (event.type === 'step_succeeded' ? [event.path] : []))
  const twice = paths.filter((path, index) => paths.indexOf(path) !== index)
  const ends = events.filter(({ type }) => type === 'run_finished').length
  return [
    ...twice.map((path) => `${path} completed twice (I2)`),
    ...(String(seqsOf(events)) === String(dense(events)) ? [] : ['its events have a gap (I4)']),
    ...(ends === 1 ? [] : [`it ended ${ends} times (I1)`]),
  ]
}

const stepsOf = (events: readonly RunEvent[]): Record<string, unknown> =>
  Object.fromEntries(
    events.flatMap((event): [string, unknown][] => {
      switch (event.type) {
        case 'step_succeeded':
          return [[event.path, plain(event.output ?? null)]]
        case 'step_failed':
          return [[event.path, `failed: ${event.error.code}`]]
        case 'step_cancelled':
          // How far a container had come when its time was over is no fact of the graph.
          return event.path.includes('[') ? [] : [[event.path, event.type]]
        case 'step_skipped':
          return [[event.path, event.type]]
        default:
          return []
      }
    }),
  )

const OF_THE_RUN = ['headers', 'until', 'id', 'at', 'message', 'key', 'durationMs', 'runId', 'details']

/** Ids, times and headers differ from run to run. */
const plain = (value: Json): Json =>
  JSON.parse(
    JSON.stringify(value, (key, member) => (OF_THE_RUN.includes(key) ? undefined : member)) ?? 'null',
  )

/** Attempts of these runs that were under way when their worker died. */
export const lostAttempts = async (world: World, runIds: Iterable<string>): Promise<number> => {
  const [row] = await world.sql<[{ lost: number }]>`
    SELECT count(*)::int AS lost FROM run_events
    WHERE run_id = ANY (${[...runIds]}::uuid[]) AND event ->> 'type' = 'step_retrying'
      AND event -> 'error' ->> 'code' = 'WORKER_LOST'`
  return row.lost
}

/** The workflow that `workflow.call` calls in these graphs: it doubles `n`. */
export const publishDouble = (world: World) =>
  world.publish({
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

/** What `shapesOf` and `randomShape` are started with. */
const INPUT = { n: 7, list: [3, 1, 2], one: [{ v: 5 }], none: [] }

/** Starts a run, and sends what it may wait for. */
export const startWithEvents = async (
  world: World,
  version: Parameters<World['start']>[0],
): Promise<string> => {
  const runId = await world.start(version, INPUT)
  for (const key of [runId, `${runId}-0`, `${runId}-1`, `${runId}-2`])
    await world.post('/events', { name: 'go', key, payload: key.slice(runId.length) })
  return runId
}
