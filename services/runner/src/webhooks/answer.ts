import { MillraceError, parseJson, type RunEvent, stringifyJson } from '@millrace/contracts'
import type { RunAnswer } from '@millrace/feed'
import type { ResponseRow, RunReads } from '@millrace/run-store'
import { markRun } from '@millrace/telemetry'
import type { VersionFacts } from '../published/versions.js'
import type { RunRef } from '../stream/channel.js'
import type { RunHub } from '../stream/hub.js'

/** What the caller of a webhook that waits for the result gets. */
export type HookAnswer =
  /** From `http.respond`. */
  | ({ readonly kind: 'response' } & ResponseRow)
  /** The run ended without a response: its output, as JSON text. */
  | { readonly kind: 'output'; readonly json: string }
  /** Neither came in time; the run goes on. */
  | { readonly kind: 'later' }

export interface AnswerDeps {
  readonly hub: RunHub
  readonly store: Pick<RunReads, 'getResponse' | 'getPayload' | 'getRun'>
}

/**
 * Waits for the run to respond or to end, parked or not, at most as long as its version says.
 * @throws RUN_FAILED with the run's id when it ended without a response and without success.
 */
export const awaitAnswer = async (
  deps: AnswerDeps,
  run: RunRef,
  version: VersionFacts,
  signal: AbortSignal,
): Promise<HookAnswer> => {
  const responds = (path: string | undefined) => path !== undefined && version.respondNodes.has(path)
  const frame = await deps.hub.waitFor(
    run,
    (candidate) => candidate.type === 'step_succeeded' && responds(candidate.path),
    version.responseTimeoutMs,
    signal,
  )
  if (frame === undefined) return { kind: 'later' }
  markRun(run.runId, 'heard')
  // Told along with the events, if they came by the feed and it was small enough (D16).
  const told = deps.hub.answerOf(run.runId)
  const response =
    version.respondNodes.size === 0
      ? undefined
      : (responseIn(told) ?? (await deps.store.getResponse(run.workspaceId, run.runId)))
  if (response !== undefined) return { kind: 'response', ...response }
  if (frame.type !== 'run_finished') return { kind: 'later' }
  return { kind: 'output', json: await outputOf(deps, run, frame.json, told) }
}

/** Written by a worker as it stands in the database. */
const responseIn = (told: RunAnswer | undefined): ResponseRow | undefined =>
  told?.response as ResponseRow | undefined

const outputOf = async (
  deps: AnswerDeps,
  run: RunRef,
  eventJson: string,
  told: RunAnswer | undefined,
): Promise<string> => {
  // Written by `formatFrame` from an event of that type.
  const event = parseJson(eventJson) as unknown as Extract<RunEvent, { type: 'run_finished' }>
  if (event.status !== 'completed') {
    throw new MillraceError('RUN_FAILED', `The run ended ${event.status}`, { details: { runId: run.runId } })
  }
  if (event.outputRef === undefined) {
    // The event repeats no output of a step: the run's row has it.
    const output = event.output ?? told?.output
    if (output !== undefined) return stringifyJson(output)
    return stringifyJson((await deps.store.getRun(run.workspaceId, run.runId))?.output ?? null)
  }
  const { key, runId = run.runId } = event.outputRef
  return (await deps.store.getPayload(run.workspaceId, runId, key)) ?? 'null'
}

/** Headers a workflow may not set: those of the connection (RFC 9110, section 7.6.1), its length, and cookies. */
const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

export const allowedHeaders = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]): [string, string] => [name.toLowerCase(), value])
      .filter(([name, value]) => !RESERVED_HEADERS.has(name) && isHeader(name, value)),
  )

/** RFC 9110, section 5.1 and 5.5: Node throws on anything else. */
const isHeader = (name: string, value: string): boolean =>
  /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
