import { writeFileSync } from 'node:fs'
import type { Backend } from './environment.js'
import type { Percentiles } from './latency.js'

export interface Row extends Percentiles {
  readonly workload: string
  readonly backend: Backend
  readonly runsPerSecond: number
  readonly floorRunsPerSecond: number
  readonly ratio: number
}

const COLUMNS = ['workload', 'backend', 'runs/s', 'floor', 'ratio', 'p50 ms', 'p95 ms', 'p99 ms'] as const

export function printTable(rows: readonly Row[]): void {
  const cells = rows.map((row) => [
    row.workload,
    row.backend,
    row.runsPerSecond.toFixed(0),
    row.floorRunsPerSecond.toFixed(0),
    row.ratio.toFixed(2),
    row.p50Ms.toFixed(1),
    row.p95Ms.toFixed(1),
    row.p99Ms.toFixed(1),
  ])
  const widths = COLUMNS.map((title, index) =>
    Math.max(title.length, ...cells.map((line) => line[index]?.length ?? 0)),
  )
  for (const line of [COLUMNS, ...cells]) {
    console.log(
      line
        .map((cell, index) => (index < 2 ? cell.padEnd(widths[index]!) : cell.padStart(widths[index]!)))
        .join('  '),
    )
  }
}

/** The same figures for a machine: an array, one object a row. */
export const writeJson = (file: string, rows: readonly Row[]): void =>
  writeFileSync(file, `${JSON.stringify(rows, null, 2)}\n`)
