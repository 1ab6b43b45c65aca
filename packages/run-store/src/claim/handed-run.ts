import { parseJson, stringifyJson } from '@millrace/contracts'
import type { ClaimedRun } from '../types.js'
import { NO_SEEDS } from './seeds.js'

/** A run on its way to the worker it was accepted for, as text between two processes. */
export type HandedRun =
  | { readonly run: ClaimedRun }
  /** Too large to go along: the worker takes it by its id. */
  | { readonly runId: string }

/** At most `maxBytes` of UTF-8, or the id alone. */
export const encodeHandedRun = (run: ClaimedRun, maxBytes: number): string => {
  const { seeds: _, ...rest } = run
  const text = stringifyJson({ run: rest })
  return Buffer.byteLength(text) <= maxBytes ? text : JSON.stringify({ runId: run.id })
}

/** @throws TypeError or SyntaxError when `text` is not one of `encodeHandedRun`. */
export const decodeHandedRun = (text: string): HandedRun => {
  const value: unknown = parseJson(text)
  if (typeof value === 'object' && value !== null) {
    if ('runId' in value && typeof value.runId === 'string') return { runId: value.runId }
    // Written by a process of ours, of this or a neighbouring release.
    if ('run' in value) return { run: { ...(value.run as ClaimedRun), seeds: NO_SEEDS, undo: undefined } }
  }
  throw new TypeError('not a run that is handed over')
}
