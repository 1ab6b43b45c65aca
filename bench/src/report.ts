import type { Backend } from './environment.js'
import type { Percentiles } from './latency.js'
import { WORKLOADS } from './workloads.js'

export interface Row extends Percentiles {
  readonly workload: string
  readonly backend: Backend
  readonly runsPerSecond: number
  readonly floorRunsPerSecond: number
  readonly ratio: number
  readonly floorLatency: Percentiles
}

const COLUMNS = ['', 'backend', 'runs/s', 'floor', 'ratio', 'p50 ms', 'p95', 'p99', 'floor p50', 'p95', 'p99']
const LEGEND = [
  'runs/s   one worker process drains accepted runs. Floor: a no-op BullMQ job a run at concurrency 200, plus the',
  '         rows that a run leaves, in 100-row statements over one connection.',
  'ms       webhook request to its answer with the result, which is sent once the finish is durable and told to the',
  '         runner; idle, one after the other. Floor: BullMQ from add to start, plus one commit.',
]

export function formatTable(rows: readonly Row[]): string {
  const lines = [COLUMNS, ...rows.map(cells)]
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  const pad = (cell: string, column: number) =>
    column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)
  const workloads = WORKLOADS.map(({ name, title }) => `${name.padEnd(8)} ${title}`)
  return [...lines.map((line) => line.map(pad).join('  ')), '', ...workloads, ...LEGEND].join('\n')
}

const cells = (row: Row): string[] => [
  row.workload,
  row.backend,
  row.runsPerSecond.toFixed(0),
  row.floorRunsPerSecond.toFixed(0),
  row.ratio.toFixed(2),
  ...milliseconds(row),
  ...milliseconds(row.floorLatency),
]

const milliseconds = ({ p50Ms, p95Ms, p99Ms }: Percentiles): string[] =>
  [p50Ms, p95Ms, p99Ms].map((value) => value.toFixed(1))

/** The same figures for a machine, to four digits. */
export const formatJson = (rows: readonly Row[]): string =>
  JSON.stringify(
    rows.map(({ floorLatency: _, ...figures }) => figures),
    (_, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value),
    2,
  )
