import type { Backend } from '../environment.js'

/** One fault on one backend, as `make chaos JSON=file` writes it. */
export interface Row {
  readonly fault: string
  readonly backend: Backend
  /** Runs answered with a 2xx. */
  readonly accepted: number
  readonly completed: number
  readonly lost: number
  readonly repeated: number
  readonly seqGaps: number
  readonly staleWrites: number
  /** null where the fault takes no run from its worker. */
  readonly recoveryP99Ms: number | null
}

const COLUMNS: readonly (keyof Row)[] = [
  'fault',
  'backend',
  'accepted',
  'completed',
  'lost',
  'repeated',
  'seqGaps',
  'staleWrites',
  'recoveryP99Ms',
]

export function formatTable(rows: readonly Row[]): string {
  const lines = [
    COLUMNS.map(String),
    ...rows.map((row) => COLUMNS.map((column) => String(row[column] ?? '–'))),
  ]
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  const pad = (cell: string, column: number) =>
    column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)
  return lines.map((line) => line.map(pad).join('  ')).join('\n')
}

export const formatJson = (rows: readonly Row[]): string => JSON.stringify(rows, undefined, 2)
