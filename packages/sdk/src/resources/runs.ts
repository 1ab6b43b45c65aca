import {
  isTerminal,
  type RerunBody,
  type RetryBody,
  type RunFilter,
  type RunSummary,
  requestedAnswer,
  retryAnswer,
  retryPlan,
  run,
  runDefinitionAnswer,
  runPage,
  type StartRunBody,
  type StartTestRunBody,
  startRunAnswer,
  step,
} from '@millrace/contracts'
import { type WatchOptions, watchRun } from '../stream/watch-run.js'
import type { Transport } from '../transport.js'
import { list, type Page } from './page.js'

const at = (runId: string) => `/runs/${encodeURIComponent(runId)}`

/** See the members of the API's own filter. */
export interface RunListQuery extends Partial<RunFilter> {
  readonly cursor?: string
  /** 1 to 200; default 50. */
  readonly limit?: number
}

export interface RunPage extends Page<RunSummary> {
  /** What is asked for is rare: the runs back to this time have been looked at, and older ones may still be found. */
  readonly searchedTo?: string | undefined
}

export const createRuns = (transport: Transport) => {
  const get = (runId: string) => transport.call({ method: 'GET', path: at(runId) }, run)

  return {
    get,

    /** The same `idempotencyKey` gives the same run, with `replayed: true` (I6). */
    start: (body: StartRunBody, options: { readonly idempotencyKey?: string } = {}) =>
      transport.call({ method: 'POST', path: '/runs', body, headers: keyHeader(options) }, startRunAnswer),

    /** Runs the draft, or a part of it. Throws INVALID_DEFINITION, NO_SUCH_STEP, NO_SUCH_TRIGGER, NO_SAMPLE, DRAFT_CONFLICT. */
    test: (body: StartTestRunBody, options: { readonly idempotencyKey?: string } = {}) =>
      transport.call(
        { method: 'POST', path: '/runs/test', body, headers: keyHeader(options) },
        startRunAnswer,
      ),

    /** What the run runs: its version's definition, or the snapshot of a test run. */
    definition: (runId: string) =>
      transport.call({ method: 'GET', path: `${at(runId)}/definition` }, runDefinitionAnswer),

    /** Newest first. A page that is not full and has `searchedTo` is not the last one: go on with its `nextCursor`. */
    list: (query: RunListQuery = {}): Promise<RunPage> =>
      transport.call({ method: 'GET', path: '/runs', query: { ...query } }, runPage),

    steps: async (runId: string) => (await list(transport, `${at(runId)}/steps`, step)).items,

    /** Asks for it: the run ends as cancelled soon after. Throws RUN_FINISHED when it has already ended. */
    cancel: (runId: string, reason?: string) =>
      transport.call(
        { method: 'POST', path: `${at(runId)}/cancel`, body: reason === undefined ? {} : { reason } },
        requestedAnswer,
      ),

    /** Running steps end, then the run rests until it is resumed. Throws RUN_FINISHED. */
    pause: (runId: string) =>
      transport.call({ method: 'POST', path: `${at(runId)}/pause`, body: {} }, requestedAnswer),

    /** Throws RUN_FINISHED. */
    resume: (runId: string) =>
      transport.call({ method: 'POST', path: `${at(runId)}/resume`, body: {} }, requestedAnswer),

    /** A new run that keeps what the finished one completed. Throws RUN_NOT_FINISHED, CONFIRM_REQUIRED, NOTHING_TO_RETRY. */
    retry: (runId: string, body: RetryBody = {}, options: { readonly idempotencyKey?: string } = {}) =>
      transport.call(
        { method: 'POST', path: `${at(runId)}/retry`, body, headers: keyHeader(options) },
        retryAnswer,
      ),

    /** What `retry` would do. */
    previewRetry: (runId: string, body: RetryBody = {}) =>
      transport.call({ method: 'POST', path: `${at(runId)}/retry/preview`, body }, retryPlan),

    /** A new run from one step on. Throws RUN_NOT_FINISHED, CONFIRM_REQUIRED, NO_SUCH_STEP. */
    rerun: (runId: string, body: RerunBody, options: { readonly idempotencyKey?: string } = {}) =>
      transport.call(
        { method: 'POST', path: `${at(runId)}/rerun`, body, headers: keyHeader(options) },
        retryAnswer,
      ),

    /** What `rerun` would do. */
    previewRerun: (runId: string, body: RerunBody) =>
      transport.call({ method: 'POST', path: `${at(runId)}/rerun/preview`, body }, retryPlan),

    /**
     * A new run that undoes what a finished one has done; asked again, the same run. Throws RUN_NOT_FINISHED,
     * NOTHING_TO_UNDO.
     */
    undo: (runId: string) =>
      transport.call({ method: 'POST', path: `${at(runId)}/undo`, body: {} }, retryAnswer),

    /** What `undo` would do. */
    previewUndo: (runId: string) =>
      transport.call({ method: 'POST', path: `${at(runId)}/undo/preview`, body: {} }, retryPlan),

    /** The run's events, each once and in order, past broken connections, until it has finished (I4). */
    watch: (runId: string, options: WatchOptions = {}) =>
      watchRun(
        transport,
        runId,
        async (lastSeq) => {
          const { status, lastSeq: end } = await get(runId)
          return isTerminal(status) && lastSeq >= end
        },
        options,
      ),
  }
}

const keyHeader = ({ idempotencyKey }: { readonly idempotencyKey?: string }): Record<string, string> =>
  idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }
