import type { EditorDocument } from './document.js'
import { applyPatch, invertPatch, joinPatches, type Patch } from './patch.js'

/** Steps that can be undone. */
const MAX_STEPS = 500
/** Keystrokes in one field closer together than this are one step. */
const TYPING_PAUSE_MS = 1_000

export interface Step {
  /** For the menu and the live region: "Move 3 nodes". */
  readonly label: string
  readonly patch: Patch
  /** Steps of one field, such as `params fetch`, are joined while they follow each other closely. */
  readonly field?: string | undefined
  /** Milliseconds, by any one clock. */
  readonly at: number
}

export interface History {
  readonly past: readonly Step[]
  readonly future: readonly Step[]
}

export const EMPTY_HISTORY: History = { past: [], future: [] }

export const record = ({ past }: History, step: Step): History => {
  const last = past.at(-1)
  const typing =
    last !== undefined &&
    step.field !== undefined &&
    last.field === step.field &&
    step.at - last.at < TYPING_PAUSE_MS
  const steps = typing
    ? [...past.slice(0, -1), { ...step, patch: joinPatches(last.patch, step.patch) }]
    : [...past, step]
  return { past: steps.slice(-MAX_STEPS), future: [] }
}

export interface Moved {
  readonly document: EditorDocument
  readonly history: History
  readonly step: Step
}

/** Undefined when there is nothing to undo. */
export const undo = (document: EditorDocument, { past, future }: History): Moved | undefined => {
  const step = past.at(-1)
  if (step === undefined) return undefined
  return {
    document: applyPatch(document, invertPatch(step.patch)),
    history: { past: past.slice(0, -1), future: [step, ...future] },
    step,
  }
}

/** Undefined when there is nothing to redo. */
export const redo = (document: EditorDocument, { past, future }: History): Moved | undefined => {
  const [step, ...rest] = future
  if (step === undefined) return undefined
  return {
    document: applyPatch(document, step.patch),
    history: { past: [...past, step], future: rest },
    step,
  }
}
