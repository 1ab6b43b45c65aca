import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { uuidv7 } from '@millrace/db'
import type { Environment, Published } from './environment.js'

const WORKER = fileURLToPath(import.meta.resolve('@millrace/worker-service/main'))
/** Runs accepted at the same time while the queue is filled. */
const FILL = 500

export interface Drained {
  readonly runsPerSecond: number
  /** One finished run, for the floor. */
  readonly sampleRunId: string
}

/**
 * How fast one worker process drains runs that are accepted and queued before it starts: from its first claim to
 * the last durable finish, by the database's clock.
 */
export async function measureDrain(
  environment: Environment,
  published: Published,
  runs: number,
): Promise<Drained> {
  const ids = await acceptRuns(environment, published, runs)
  const worker = startWorker(environment)
  try {
    await allFinished(environment, published, runs)
  } finally {
    worker.kill('SIGTERM')
    await once(worker, 'exit')
  }
  const { sql } = environment.connections.database
  const [row] = await sql<{ seconds: number; bad: number }[]>`
    SELECT extract(epoch FROM max(finished_at) - min(started_at))::float8 AS seconds,
      count(*) FILTER (WHERE status <> 'completed')::int AS bad
    FROM runs WHERE workflow_id = ${published.workflowId}`
  if (row === undefined || row.bad > 0) throw new Error(`${row?.bad} runs did not complete`)
  return { runsPerSecond: runs / row.seconds, sampleRunId: ids[0] ?? '' }
}

async function acceptRuns(environment: Environment, published: Published, runs: number): Promise<string[]> {
  const { store, queue } = environment.connections
  const ids: string[] = []
  while (ids.length < runs) {
    const batch = Array.from({ length: Math.min(FILL, runs - ids.length) }, () => uuidv7())
    await Promise.all(
      batch.map((id) =>
        store.accept({
          id,
          workspaceId: environment.workspaceId,
          ...published,
          input: { method: 'POST', path: 'w', query: {}, headers: {}, body: { n: 1 } },
          priority: 'normal',
          idempotencyKey: null,
          requestHash: null,
        }),
      ),
    )
    await queue.enqueue(batch.map((runId) => ({ runId })))
    ids.push(...batch)
  }
  return ids
}

/** BENCH_WORKER_OPTIONS are options of its Node, such as `--cpu-prof`. */
export function startWorker(environment: Environment, settings: Record<string, string> = {}): ChildProcess {
  const options = process.env['BENCH_WORKER_OPTIONS']?.split(' ') ?? []
  return spawn(process.execPath, [...options, WORKER], {
    env: { ...process.env, ...environment.env, ...settings },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

async function allFinished(environment: Environment, published: Published, runs: number): Promise<void> {
  const { sql } = environment.connections.database
  for (;;) {
    const [row] = await sql<{ open: number }[]>`
      SELECT ${runs} - count(*)::int AS open FROM runs WHERE workflow_id = ${published.workflowId} AND finished_at IS NOT NULL`
    if (row?.open === 0) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
