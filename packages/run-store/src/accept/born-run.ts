import { parseJson, stringifyJson } from '@millrace/contracts'
import { NO_SEEDS } from '../claim/seeds.js'
import type { ClaimedRun, NewRun } from '../types.js'

/** What the insert of a run tells. Times in milliseconds since the epoch, by the database. */
export interface InsertedRow {
  /** Whether it was inserted as its worker's. */
  readonly claimed: boolean
  readonly createdAt: number
  readonly now: number
}

/**
 * A run that was claimed as it was inserted: nothing of it can have been written before, so nothing is read (D2).
 * Undefined when it was not claimed.
 */
export const bornRun = (run: NewRun, row: InsertedRow): ClaimedRun | undefined =>
  row.claimed
    ? {
        id: run.id,
        workspaceId: run.workspaceId,
        workflowId: run.workflowId,
        versionId: run.versionId,
        status: 'running',
        trigger: run.trigger,
        // As whoever claims it later will read it.
        input: parseJson(stringifyJson(run.input)),
        epoch: 1,
        lastSeq: 0,
        crashCount: 0,
        originRunId: null,
        parentRunId: null,
        keyRunId: run.id,
        seeds: NO_SEEDS,
        undo: undefined,
        createdAt: row.createdAt,
        startedAt: null,
        now: row.now,
        snapshot: null,
        events: [],
        inbox: [],
      }
    : undefined
