import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { uuidv7 } from '@millrace/db'
import { startWorker } from '@millrace/worker-service'
import { type Environment, publish, startMachine } from '../environment.js'

/**
 * One run that maps many pure items, in a worker inside of this process: how long it takes, and the most heap that
 * was in use, garbage included. Start it under `node --max-old-space-size=300` to see that it lives within that.
 */
const { values } = parseArgs({ options: { items: { type: 'string', default: '1000000' } } })
const count = Number(values.items)
const SAMPLE_MS = 100

const machine = await startMachine()
const environment = await machine.environment('redis')
try {
  console.log(JSON.stringify(await measureMap(environment), null, 2))
} finally {
  await environment.close()
  await machine.stop()
}

async function measureMap({ connections, workspaceId }: Environment) {
  const { workflowId, versionId } = await publish(connections.database.sql, workspaceId, {
    format: 'millrace/v1',
    name: 'map',
    nodes: [
      {
        id: 'hook',
        type: 'trigger.webhook',
        params: { path: 'map', auth: { kind: 'none' }, respond: 'immediately' },
      },
      {
        id: 'each',
        type: 'flow.map',
        params: { items: '{{ trigger }}' },
        body: {
          nodes: [{ id: 'twice', type: 'transform.json', params: { expression: 'item * 2 + index' } }],
        },
      },
      { id: 'last', type: 'transform.json', params: { expression: `steps.each.output[${count - 1}]` } },
    ],
    edges: [
      { from: 'hook', to: 'each' },
      { from: 'each', to: 'last' },
    ],
  })
  const id = uuidv7()
  await connections.store.accept({
    ...{ id, workspaceId, workflowId, versionId, trigger: 'hook', priority: 'normal' },
    ...{ idempotencyKey: null, requestHash: null },
    input: Array.from({ length: count }, (_, index) => index),
  })
  const worker = await startWorker(connections, {
    ...{ name: 'bench', leaseMs: 30_000, concurrency: 200, maxHeld: 5_000, graceMs: 1_000, allowPrivate: [] },
    credential: () => Promise.reject(new Error('no credentials here')),
    log: { warn: console.error, info: () => {} },
    metrics: {
      runsAccepted: () => {},
      runFinished: () => {},
      stepFinished: () => {},
      watchHeldRuns: () => {},
      watchOpenCircuits: () => {},
      watchRefusedCalls: () => {},
    },
    resumeUrl: () => '',
    plays: { childEnvironment: {} },
  })
  const heap = watchHeap()
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  await connections.queue.enqueue([{ runId: id }])
  const run = await untilEnded(connections.database.sql, id)
  const seconds = (performance.now() - startedAt) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  await worker.stop()
  return {
    items: count,
    ...run,
    seconds: round(seconds),
    itemsPerSecond: Math.round(count / seconds),
    cpuSeconds: round((user + system) / 1e6),
    ...heap.stop(),
  }
}

async function untilEnded(sql: Environment['connections']['database']['sql'], id: string) {
  for (;;) {
    const [row] = await sql<{ status: string; output: unknown; events: number; error: unknown }[]>`
      SELECT status, output, last_seq AS events, error FROM runs WHERE id = ${id} AND finished_at IS NOT NULL`
    if (row !== undefined) return row
    await delay(SAMPLE_MS)
  }
}

function watchHeap(): { stop(): { peakHeapMb: number; peakRssMb: number } } {
  let [heap, rss] = [0, 0]
  const timer = setInterval(() => {
    const usage = process.memoryUsage()
    heap = Math.max(heap, usage.heapUsed)
    rss = Math.max(rss, usage.rss)
  }, SAMPLE_MS)
  return {
    stop() {
      clearInterval(timer)
      return { peakHeapMb: Math.round(heap / 2 ** 20), peakRssMb: Math.round(rss / 2 ** 20) }
    },
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
