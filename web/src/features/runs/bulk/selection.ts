import type { BulkAction, BulkFilter, RunStatus, RunSummary } from '@millrace/contracts'
import { hasFilter, type RunSearch, toRunFilter } from '../run-search.js'

/** On which runs an action is to fall: those ticked, or all that match the filters, shown or not. */
export type Selection =
  | { readonly kind: 'ticked'; readonly ids: ReadonlySet<string> }
  | { readonly kind: 'matching'; readonly search: RunSearch }

/** As many ids as one request may name. */
const MOST_IDS = 1_000

export const toBulkFilter = (selection: Selection, now: number): BulkFilter =>
  selection.kind === 'ticked'
    ? { runIds: [...selection.ids].slice(0, MOST_IDS) }
    : toRunFilter(selection.search, now)

/** Everything without a condition is no selection: the server asks for one, too. */
export const canSelectMatching = (search: RunSearch): boolean => hasFilter(search)

const ACTS_ON: Readonly<Record<BulkAction, readonly RunStatus[]>> = {
  cancel: ['pending', 'running', 'waiting', 'paused'],
  pause: ['pending', 'running', 'waiting'],
  resume: ['paused'],
  retry: ['failed', 'cancelled'],
}

/** The actions that fit at least one of the rows. Exact counts are the server's, asked for before anything is done. */
export const actionsFor = (rows: readonly RunSummary[]): BulkAction[] => {
  const statuses = new Set(rows.map((row) => row.status))
  const actions: BulkAction[] = ['retry', 'cancel', 'pause', 'resume']
  return actions.filter((action) => ACTS_ON[action].some((status) => statuses.has(status)))
}
