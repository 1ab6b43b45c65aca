import { setTimeout as delay } from 'node:timers/promises'
import type { DefinitionInput } from '@millrace/contracts'
import type { Environment } from '../environment.js'
import type { Figure } from './figure.js'
import { type Load, until } from './load.js'
import { cpuMsOf, memoryOf } from './process-usage.js'

const PARKED = 100_000
/** A worker that has started and has nothing to do is watched for so long. Milliseconds. */
const SETTLE_MS = 5_000
const WATCH_MS = 10_000

const waiting: DefinitionInput = {
  format: 'millrace/v1',
  name: 'parked',
  nodes: [
    { id: 'hook', type: 'trigger.manual' },
    { id: 'wait', type: 'flow.wait', params: { for: 'resume', timeout: '30d' } },
  ],
  edges: [{ from: 'hook', to: 'wait' }],
}

/** What 100,000 parked runs cost an idle worker: one that starts beside them against one that starts beside none. */
export async function measureParked({ connections }: Environment, load: Load): Promise<Figure[]> {
  const alone = await idleWorker(load)
  load.startWorker()
  const { workflowId } = await load.accept(waiting, PARKED)
  await until(async () => {
    const [row] = await connections.database.sql<[{ parked: number }]>`
      SELECT count(*)::int AS parked FROM runs WHERE workflow_id = ${workflowId} AND status = 'waiting'`
    return row.parked === PARKED
  })
  await load.stopWorkers()
  const beside = await idleWorker(load)
  const what = 'an idle worker beside 100,000 parked runs:'
  return [
    {
      figure: `${what} memory more than beside none`,
      bound: 'max',
      limit: 20,
      measured: (beside.bytes - alone.bytes) / 2 ** 20,
      unit: 'MB',
    },
    {
      figure: `${what} CPU against beside none`,
      bound: 'max',
      limit: 2,
      measured: beside.cpuPercent / alone.cpuPercent,
      unit: '×',
    },
  ]
}

async function idleWorker(load: Load): Promise<{ bytes: number; cpuPercent: number }> {
  const { pid } = load.startWorker()
  await delay(SETTLE_MS)
  const before = await cpuMsOf(pid)
  await delay(WATCH_MS)
  const cpuPercent = (((await cpuMsOf(pid)) - before) / WATCH_MS) * 100
  const bytes = await memoryOf(pid)
  await load.stopWorkers()
  return { bytes, cpuPercent }
}
