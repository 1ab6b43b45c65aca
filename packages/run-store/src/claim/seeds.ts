import { ERRORS, type RunEvent, type RunSeed, type SeedStep } from '@millrace/contracts'
import type { Sql } from '@millrace/db'
import type { ClaimedRun, SeededOutcome } from '../types.js'

/** The outcomes that a run begins with, read where they stand: a seed only says which (D21). */

type Ended = Extract<RunEvent, { type: 'step_succeeded' | 'step_failed' }>

export const NO_SEEDS: ClaimedRun['seeds'] = new Map()

/**
 * Those the run has not taken over yet, as far as the events at hand tell; after its first flush these are usually
 * none, and nothing is read.
 */
export const resolveSeeds = async (
  sql: Sql,
  run: Pick<ClaimedRun, 'workspaceId' | 'events'>,
  seed: RunSeed,
): Promise<ClaimedRun['seeds']> => {
  const done = new Set(run.events.flatMap((event) => (isEnd(event) ? [event.path] : [])))
  const open = Object.entries(seed.steps).filter(([path]) => !done.has(path))
  const pathsOf = new Map<string, string[]>()
  for (const [path, step] of open) {
    if ('runId' in step) pathsOf.set(step.runId, [...(pathsOf.get(step.runId) ?? []), path])
  }
  const found = new Map<string, Ended>()
  for (const [runId, paths] of pathsOf) {
    for (const event of await readEnds(sql, run.workspaceId, runId, paths)) found.set(event.path, event)
  }
  return new Map(open.map(([path, step]) => [path, toOutcome(step, found.get(path))]))
}

const isEnd = (event: RunEvent): event is Ended =>
  event.type === 'step_succeeded' || event.type === 'step_failed'

const readEnds = async (
  sql: Sql,
  workspaceId: string,
  runId: string,
  paths: readonly string[],
): Promise<Ended[]> => {
  const rows = await sql<{ event: Ended }[]>`
    SELECT event FROM run_events
    WHERE run_id = ${runId} AND workspace_id = ${workspaceId}
      AND event ->> 'type' IN ('step_succeeded', 'step_failed') AND event ->> 'path' = ANY (${paths})`
  return rows.map((row) => row.event)
}

const toOutcome = (step: SeedStep, event: Ended | undefined): SeededOutcome => {
  if (!('runId' in step)) {
    const { ports, ...given } = step
    return { ...given, ...(ports && { ports }), failed: false, taken: undefined, reused: {} }
  }
  // Nothing may run twice because its outcome cannot be found: the step fails instead (I2).
  if (event === undefined) return lost(step.runId)
  const { error } = event
  const reused = event.reused?.runId === undefined ? { runId: step.runId } : event.reused
  const common = { failed: event.type === 'step_failed', taken: step.taken, reused, ...(error && { error }) }
  if (event.type === 'step_failed') return common
  const { output, outputRef } = event
  return {
    ...common,
    ...(output === undefined ? {} : { output }),
    // The payload stays with the run that made it (D21).
    ...(outputRef === undefined ? {} : { outputRef: { runId: step.runId, ...outputRef } }),
  }
}

const lost = (runId: string): SeededOutcome => {
  const { title: message, hint, retryable } = ERRORS.REUSED_OUTPUT_GONE
  const error = { code: 'REUSED_OUTPUT_GONE', message, hint, retryable }
  return { failed: true, error, taken: [], reused: { runId } }
}
