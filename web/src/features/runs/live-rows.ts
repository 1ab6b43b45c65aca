import { isTerminal, type RunStatus, type RunSummary, runStatus } from '@millrace/contracts'
import { z } from 'zod'

/** What the workspace's stream says of a run. */
export const runChange = z.object({ runId: z.string(), status: runStatus, lastSeq: z.int() })
export type RunChange = z.infer<typeof runChange>

export interface Patch {
  /** The very list that came in when nothing in it has changed. */
  readonly rows: readonly RunSummary[]
  /** Rows whose times or error have to be read: they have begun or ended. */
  readonly stale: readonly string[]
  /** Runs above the list, which may or may not match its filter. */
  readonly newer: readonly string[]
}

/**
 * Changes rows in place and moves none: whoever reads the list keeps their line. A change that is older than the
 * row is dropped, since streams may repeat and lists may be read in between.
 */
export const patchRows = (rows: readonly RunSummary[], changes: readonly RunChange[]): Patch => {
  const latest = latestOf(changes)
  const top = rows[0]?.id ?? ''
  const newer = [...latest.keys()].filter((id) => id > top)
  const stale: string[] = []
  const patched = rows.map((row) => {
    const change = latest.get(row.id)
    if (change === undefined || change.lastSeq < row.lastSeq || isSame(row, change)) return row
    if (needsReading(row.status, change.status)) stale.push(row.id)
    return { ...row, status: change.status, lastSeq: change.lastSeq }
  })
  return { rows: patched.some((row, i) => row !== rows[i]) ? patched : rows, stale, newer }
}

const latestOf = (changes: readonly RunChange[]): ReadonlyMap<string, RunChange> => {
  const latest = new Map<string, RunChange>()
  for (const change of changes) {
    const known = latest.get(change.runId)
    if (known === undefined || known.lastSeq <= change.lastSeq) latest.set(change.runId, change)
  }
  return latest
}

const isSame = (row: RunSummary, change: RunChange): boolean =>
  row.status === change.status && row.lastSeq === change.lastSeq

const needsReading = (before: RunStatus, after: RunStatus): boolean =>
  before !== after && (before === 'pending' || isTerminal(after))

/** Puts what was read in place of the rows it is newer than. */
export const replaceRows = (
  rows: readonly RunSummary[],
  read: readonly RunSummary[],
): readonly RunSummary[] => {
  const byId = new Map(read.map((run) => [run.id, run]))
  return rows.map((row) => {
    const found = byId.get(row.id)
    return found !== undefined && found.lastSeq >= row.lastSeq ? found : row
  })
}
