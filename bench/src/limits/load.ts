import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { DefinitionInput } from '@millrace/contracts'
import { uuidv7 } from '@millrace/db'
import { startWorker } from '../drain.js'
import { type Environment, type Published, publish } from '../environment.js'

/** Milliseconds between two looks at how far the runs are. */
const LOOK_MS = 50

/** Runs of one environment, and the worker processes that execute them. */
export interface Load {
  /** A worker process of its own; it is stopped by `stopWorkers`. */
  startWorker(settings?: Record<string, string>): { readonly pid: number }
  stopWorkers(): Promise<void>
  /** Publishes the definition, then starts each run after the former has ended. */
  runOneByOne(input: DefinitionInput, runs: number): Promise<string[]>
  /** Publishes and accepts; whoever is there executes them. */
  accept(input: DefinitionInput, runs: number): Promise<Published>
  finished(published: Published, runs: number): Promise<void>
}

export function createLoad(environment: Environment): Load {
  const { connections, workspaceId } = environment
  const { sql } = connections.database
  const workers: ChildProcess[] = []

  const start = async (published: Published): Promise<string> => {
    const id = uuidv7()
    const input = { method: 'POST', path: 'w', query: {}, headers: {}, body: { n: 1 } }
    const facts = { priority: 'normal', idempotencyKey: null, requestHash: null } as const
    await connections.store.accept({ id, workspaceId, ...published, input, ...facts })
    await connections.queue.enqueue([{ runId: id }])
    return id
  }
  const finished = (published: Published, runs: number) =>
    until(async () => {
      const [row] = await sql<{ count: number }[]>`
        SELECT count(*)::int AS count FROM runs WHERE workflow_id = ${published.workflowId} AND finished_at IS NOT NULL`
      return row !== undefined && row.count >= runs
    })

  return {
    finished,
    startWorker(settings) {
      const worker = startWorker(environment, settings)
      workers.push(worker)
      return { pid: worker.pid ?? 0 }
    },
    async stopWorkers() {
      for (const worker of workers.splice(0)) {
        worker.kill('SIGTERM')
        await once(worker, 'exit')
      }
    },
    async runOneByOne(input, runs) {
      const published = await publish(sql, workspaceId, input)
      const ids: string[] = []
      for (let i = 1; i <= runs; i++) {
        ids.push(await start(published))
        await finished(published, i)
      }
      return ids
    },
    async accept(input, runs) {
      const published = await publish(sql, workspaceId, input)
      for (let left = runs; left > 0; left -= 500)
        await Promise.all(Array.from({ length: Math.min(500, left) }, () => start(published)))
      return published
    },
  }
}

export async function until(done: () => Promise<boolean>): Promise<void> {
  while (!(await done())) await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
}

/** From a run's start to its durable end, by the database's clock. */
export async function runSeconds({ connections }: Environment, runIds: readonly string[]): Promise<number[]> {
  const rows = await connections.database.sql<{ seconds: number; status: string }[]>`
    SELECT extract(epoch FROM finished_at - started_at)::float8 AS seconds, status
    FROM runs WHERE id = ANY (${[...runIds]})`
  if (rows.some(({ status }) => status !== 'completed')) throw new Error('a run did not complete')
  return rows.map(({ seconds }) => seconds)
}
