import { isTerminal, type RunEvent, type RunSnapshot, stringifyJson } from '@millrace/contracts'
import { type RunState, snapshotOf } from '@millrace/engine'
import { type ClaimedRun, SNAPSHOT_FROM } from '@millrace/run-store'

/** Events between two snapshots: what a new owner folds at most, as a rule. */
const EVERY = 2_000
/** A larger state is not kept: its run is folded from further back. Bytes of JSON. */
const MAX_BYTES = 8 * 1024 * 1024

/** Owns: how far the snapshot of one run reaches, and so when its next one is due (D20). */
export class Snapshots {
  #seq: number
  #isStored: boolean

  constructor({ snapshot }: Pick<ClaimedRun, 'snapshot'>) {
    this.#seq = snapshot?.seq ?? 0
    this.#isStored = snapshot !== null
  }

  /**
   * What the flush of these events, the state's last ones, does about it: a new one, none any more (null), or nothing.
   * The end of a page is a good moment: little of its items is left in the state.
   */
  next(state: RunState, events: readonly RunEvent[]): RunSnapshot | null | undefined {
    const since = state.lastSeq - this.#seq
    if (isTerminal(state.status)) return this.#isStored ? null : undefined
    if (since < SNAPSHOT_FROM) return undefined
    if (since < EVERY && !events.some(({ type }) => type === 'step_progressed')) return undefined
    this.#seq = state.lastSeq
    const snapshot = snapshotOf(state)
    if (Buffer.byteLength(stringifyJson(snapshot)) > MAX_BYTES) return undefined
    this.#isStored = true
    return snapshot
  }
}
