import { type RunEvent, stringifyJson } from '@millrace/contracts'
import type { FlushUnit, StepRow } from '../types.js'

/** A flush unit as `flush_units` reads it. The text is made once: a resend sends the same bytes (D6). */
export interface EncodedUnit {
  readonly unit: FlushUnit
  readonly text: string
  readonly bytes: number
}

/** Empty parts are left out, so that `flush_units` skips their statements. */
export const encodeUnit = (unit: FlushUnit): EncodedUnit => {
  const text = stringifyJson({
    id: unit.runId,
    workspace: unit.workspaceId,
    epoch: unit.epoch,
    expected: unit.expectedSeq,
    seq: unit.newSeq,
    status: unit.run.status,
    started: unit.run.startedAt ?? undefined,
    finished: unit.run.finishedAt ?? undefined,
    error: unit.run.error ?? undefined,
    output: unit.run.output ?? undefined,
    release: unit.release,
    progress: unit.events.some(isProgress),
    events: unit.events,
    steps: latestOfEachPath(unit.steps),
    timers: unit.timers,
    inbox: filled(unit.consumedInbox),
    payloads: filled(unit.payloads),
    response: unit.response,
    waits: filled(unit.waits ?? []),
    children: filled(unit.children ?? []),
    newSnapshot: unit.snapshot === undefined ? undefined : true,
    snapshot: unit.snapshot ?? undefined,
  })
  return { unit, text, bytes: Buffer.byteLength(text) }
}

/** One array of what was encoded unit by unit. */
export const joinUnits = (units: readonly EncodedUnit[]): string =>
  `[${units.map((encoded) => encoded.text).join(',')}]`

/** D13: the trigger's own success, seq 2, is no progress. Else a run would be forgiven by being claimed. */
export const isProgress = (event: RunEvent): boolean => event.type === 'step_succeeded' && event.seq > 2

const filled = <T>(list: readonly T[]): readonly T[] | undefined => (list.length === 0 ? undefined : list)

/** An upsert may meet each row once only. */
const latestOfEachPath = (steps: readonly StepRow[]): readonly StepRow[] => {
  if (steps.length < 2) return steps
  const latest = new Map(steps.map((step) => [step.path, step]))
  return latest.size === steps.length ? steps : [...latest.values()]
}
