import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createTempFolder } from '@millrace/testkit/processes'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import type { Environment } from '../../environment.js'
import { until } from '../load.js'
import { cpuMsOf } from '../process-usage.js'
import { BARE_TABLES, FLOOR_QUEUE, REMOVE, type SampleRows } from './tables.js'

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url))
const BULK = 500

/** The floor program beside the product: a queue, a worker process of bare parts, and the tables it writes. */
export interface BarePipeline {
  /** Jobs of runs that need not exist. */
  enqueue(runs: number): Promise<void>
  /** Runs whose rows are there. */
  written(): Promise<number>
  /** Processor microseconds of the worker for each of `runs`, once it is warm. */
  cpuUsOfRun(runs: number, warmUp: number): Promise<number>
  close(): Promise<void>
}

/** Writes copies of the rows of `runId`, one of the product's own runs: same columns, same sizes, same indexes. */
export async function openBarePipeline(environment: Environment, runId: string): Promise<BarePipeline> {
  const { sql } = environment.connections.database
  const folder = createTempFolder('millrace-bench-')
  const sample = join(folder.path, 'sample.json')
  await writeFile(sample, JSON.stringify(await sampleRows(environment, runId)))
  const connection = new Redis(environment.redisUrl ?? '', { maxRetriesPerRequest: null })
  const queue = new Queue(FLOOR_QUEUE, { connection })
  const worker = spawn(process.execPath, [WORKER], {
    env: { ...process.env, ...environment.env, BARE_SAMPLE: sample },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(worker.stdout, 'data')

  const written = async () => {
    const [row] = await sql<[{ runs: number }]>`SELECT count(*)::int AS runs FROM floor_runs`
    return row.runs
  }
  const enqueue = async (runs: number) => {
    for (let left = runs; left > 0; left -= BULK) {
      const jobs = Array.from({ length: Math.min(BULK, left) }, () => crypto.randomUUID())
      await queue.addBulk(jobs.map((id) => ({ name: 'run', data: { runId: id }, opts: REMOVE })))
    }
  }
  const drain = async (runs: number) => {
    const before = await written()
    await enqueue(runs)
    await until(async () => (await written()) >= before + runs)
  }
  return {
    enqueue,
    written,
    async cpuUsOfRun(runs, warmUp) {
      await drain(warmUp)
      const before = await cpuMsOf(worker.pid ?? 0)
      await drain(runs)
      return (((await cpuMsOf(worker.pid ?? 0)) - before) * 1_000) / runs
    },
    async close() {
      worker.kill('SIGTERM')
      await once(worker, 'exit')
      await queue.close()
      connection.disconnect()
      for (const { table } of BARE_TABLES) await sql.unsafe(`DROP TABLE floor_${table}`)
      folder.remove()
    },
  }
}

async function sampleRows({ connections }: Environment, runId: string): Promise<SampleRows> {
  const { sql } = connections.database
  const sample: Partial<SampleRows> = {}
  for (const { table, key } of BARE_TABLES) {
    await sql.unsafe(`CREATE TABLE floor_${table} (LIKE ${table} INCLUDING DEFAULTS INCLUDING INDEXES)`)
    const rows = await sql.unsafe(`SELECT to_jsonb(t) AS row FROM ${table} t WHERE ${key} = $1`, [runId])
    sample[table] = rows.map(({ row }) => row as Record<string, unknown>)
  }
  return sample as SampleRows
}
