import { performance } from 'node:perf_hooks'
import type { RunEvent } from '@millrace/contracts'
import { uuidv7 } from '@millrace/db'
import { encodeRunFeed, runTopic } from '@millrace/feed'
import postgres from 'postgres'
import { type Environment, type Published, publish } from '../../environment.js'
import { WORKLOADS } from '../../workloads.js'

/** Writes events of many runs durably, and tells whoever listens. */
export interface Teller {
  readonly runIds: readonly string[]
  /** `events` more of each run, durable and then told, in one write and one message a run. */
  tell(events: number): Promise<void>
  /** The same `times` times, told first, so that only streaming takes its time; resolves once told, then `written` is. */
  tellFirst(events: number, times: number): Promise<{ readonly written: () => Promise<void> }>
  close(): Promise<void>
}

const LEASE_MS = 600_000
/** One byte that nothing else in a stream is, so that watchers can count events cheaply. */
export const MARK = '~'
/** Milliseconds since the epoch that a watcher in another process can compare with its own. */
export const wallMs = (): number => performance.timeOrigin + performance.now()

const line = (seq: number): RunEvent => ({
  seq,
  at: Math.floor(wallMs()),
  type: 'step_log',
  path: 'hook',
  attempt: 1,
  level: 'info',
  message: `${MARK}${wallMs().toFixed(3)} a line as long as such lines are`,
})

const linesAfter = (seq: number, count: number): RunEvent[] =>
  Array.from({ length: count }, (_, i) => line(seq + i + 1))

/** As a worker does: it owns the runs, writes through the run store and publishes on the feed. */
export async function productTeller(environment: Environment, runs: number): Promise<Teller> {
  const { store, feed, database } = environment.connections
  await store.registerWorker('bench', LEASE_MS)
  const published = await publish(database.sql, environment.workspaceId, {
    ...WORKLOADS[0]!.definition(''),
    name: 'watched',
  })
  const owned = await Promise.all(Array.from({ length: runs }, () => ownRun(environment, published)))
  return {
    runIds: owned.map(({ runId }) => runId),
    ...inOrder({
      async write(after, events) {
        const units = owned.map((run) => unitOf(run, after, events))
        const results = await Promise.all(units.map((unit) => store.submit(unit)))
        if (results.some(({ kind }) => kind !== 'durable')) throw new Error('a flush was not durable')
      },
      async publish(after, events) {
        const payload = encodeRunFeed(events, after + events.length)
        await feed.publish(owned.map(({ runId }) => ({ topic: runTopic(runId), payload })))
      },
    }),
    close: () => store.removeWorker(),
  }
}

interface OwnedRun {
  readonly runId: string
  readonly workspaceId: string
  readonly epoch: number
}

async function ownRun(environment: Environment, published: Published): Promise<OwnedRun> {
  const { connections, workspaceId } = environment
  const id = uuidv7()
  const facts = { priority: 'normal', idempotencyKey: null, requestHash: null, backlog: true } as const
  await connections.store.accept({ id, workspaceId, ...published, input: null, ...facts })
  const claimed = await connections.store.claim(id)
  if (claimed === null) throw new Error('the run was not there to claim')
  return { runId: id, workspaceId, epoch: claimed.epoch }
}

const unitOf = (run: OwnedRun, expectedSeq: number, events: readonly RunEvent[]) => ({
  ...run,
  expectedSeq,
  newSeq: expectedSeq + events.length,
  events,
  steps: [],
  run: { status: 'running', startedAt: Date.now(), finishedAt: null, error: null, output: null } as const,
  release: false,
  timers: undefined,
  consumedInbox: [],
  payloads: [],
  response: undefined,
})

/** The bare parts of the same: one insert for all rows, then the same text on a channel a run. */
export async function bareTeller(
  databaseUrl: string,
  publishAll: (messages: readonly { topic: string; payload: string }[]) => Promise<void>,
  runs: number,
): Promise<Teller> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  await sql`CREATE TABLE bare_events (run text NOT NULL, seq integer NOT NULL, event json NOT NULL, PRIMARY KEY (run, seq))`
  const runIds = Array.from({ length: runs }, () => uuidv7())
  return {
    runIds,
    ...inOrder({
      async write(_after, events) {
        const rows = runIds.flatMap((run) => events.map((event) => ({ run, seq: event.seq, event })))
        await sql`INSERT INTO bare_events
          SELECT * FROM json_to_recordset(${JSON.stringify(rows)}::text::json) AS r (run text, seq integer, event json)`
      },
      async publish(_after, events) {
        const frames = events.map(
          (event) => `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
        )
        await publishAll(runIds.map((run) => ({ topic: `bare:${run}`, payload: frames.join('') })))
      },
    }),
    close: () => sql.end(),
  }
}

type Part = (after: number, events: readonly RunEvent[]) => Promise<void>

/** Numbers the events of both ways of telling from 1 on. */
function inOrder({
  write,
  publish: send,
}: {
  write: Part
  publish: Part
}): Pick<Teller, 'tell' | 'tellFirst'> {
  let seq = 0
  const fresh = (events: number) => {
    const after = seq
    seq += events
    return [after, linesAfter(after, events)] as const
  }
  return {
    async tell(events) {
      const some = fresh(events)
      await write(...some)
      await send(...some)
    },
    async tellFirst(events, times) {
      const told = Array.from({ length: times }, () => fresh(events))
      for (const some of told) await send(...some)
      return {
        async written() {
          for (const some of told) await write(...some)
        },
      }
    },
  }
}
