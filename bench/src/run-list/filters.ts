import type { Connections } from '@millrace/connections'
import type { History } from './fill.js'

export type RunFilter = Parameters<Connections['store']['listRuns']>[1]

const DAY = 86_400_000

/** Each filter of the run list, dense and rare, and their combinations. `now` in milliseconds since the epoch. */
export const filtersOf = ({ busy, quiet }: History, now: number): Record<string, RunFilter> => {
  const daysAgo = (days: number) => new Date(now - days * DAY).toISOString()
  return {
    none: {},
    'status completed': { status: 'completed' },
    'status failed': { status: 'failed' },
    'status waiting': { status: 'waiting' },
    'status paused: none': { status: 'paused' },
    'workflow, busy': { workflowId: busy },
    'workflow, quiet': { workflowId: quiet },
    'workflow + failed, busy': { workflowId: busy, status: 'failed' },
    'workflow + failed, quiet': { workflowId: quiet, status: 'failed' },
    'workflow + waiting': { workflowId: quiet, status: 'waiting' },
    'version 1 of all': { version: 1 },
    'version 1 of a workflow': { workflowId: busy, version: 1 },
    'version 1 + failed': { workflowId: busy, version: 1, status: 'failed' },
    'version 9: none': { version: 9 },
    'trigger, frequent': { trigger: 'every' },
    'trigger, rare': { trigger: 'by-hand' },
    'trigger: none': { trigger: 'nothing' },
    'workflow + trigger, rare': { workflowId: busy, trigger: 'by-hand' },
    'trigger + failed, rare': { trigger: 'by-hand', status: 'failed' },
    errorCode: { errorCode: 'QUERY_FAILED' },
    'errorCode: none': { errorCode: 'POISON' },
    'errorCode + workflow': { errorCode: 'QUERY_FAILED', workflowId: quiet },
    'errorCode + duration': { errorCode: 'QUERY_FAILED', minDurationMs: 3_600_000 },
    'error, in all': { error: 'upstream' },
    'error, in one': { error: 'order 500001 said' },
    'error: none': { error: 'nobody ever saw this' },
    'error, two letters: none': { error: 'qz' },
    'error + workflow: none': { error: 'nobody ever saw this', workflowId: busy },
    'createdFrom, a day': { createdFrom: daysAgo(1) },
    'createdTo, 29 days ago': { createdTo: daysAgo(29) },
    'createdTo, before all': { createdTo: daysAgo(99) },
    'created, a day + failed': { createdFrom: daysAgo(16), createdTo: daysAgo(15), status: 'failed' },
    'created, a day + workflow': { createdFrom: daysAgo(16), createdTo: daysAgo(15), workflowId: quiet },
    'over a second': { minDurationMs: 1_000 },
    'over an hour': { minDurationMs: 3_600_000 },
    'over a year: none': { minDurationMs: 365 * DAY },
    'at most 1 ms': { maxDurationMs: 1 },
    'over an hour + failed': { minDurationMs: 3_600_000, status: 'failed' },
    'over an hour + workflow': { minDurationMs: 3_600_000, workflowId: quiet },
    'tests only': { tests: 'only' },
    'tests only + failed': { tests: 'only', status: 'failed' },
    'tests included': { tests: 'include' },
    'workflow + failed + code + a week': {
      workflowId: busy,
      status: 'failed',
      errorCode: 'STEP_TIMEOUT',
      createdTo: daysAgo(7),
    },
  }
}
