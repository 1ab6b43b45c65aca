import { MillraceError, parseJson, type RunEvent, runEvent, toProblem } from '@millrace/contracts'
import { ApiError } from '../errors.js'
import { contractBroken } from '../problem.js'
import type { Transport } from '../transport.js'
import { sleep } from './sleep.js'
import { createSseParser } from './sse-parser.js'

/**
 * Owns: one viewer's position in a run and the connection it reads from.
 * Does not own: the run; to stop watching changes nothing there.
 * Invariants: (1) every event is given once, in order, without a gap, however often the connection breaks (I4);
 * (2) the iteration ends after `run_finished`, or quietly when `signal` aborts.
 */

export interface WatchOptions {
  /** Give only events with a greater `seq`. Default 0: all of them. */
  readonly after?: number
  readonly signal?: AbortSignal
  /** Consecutive connections without a single event after which to give up. Default 20, about 5 minutes. */
  readonly maxFailures?: number
  /** Told before each wait for a new connection. */
  readonly onReconnect?: (delayMs: number) => void
}

/** What watching needs beside the stream: whether the run had already ended before `after`. */
export type IsOver = (lastSeq: number) => Promise<boolean>

const MAX_DELAY_MS = 30_000
const DEFAULT_RETRY_MS = 1_000

export async function* watchRun(
  transport: Transport,
  runId: string,
  isOver: IsOver,
  options: WatchOptions = {},
): AsyncGenerator<RunEvent, void, undefined> {
  const { signal, maxFailures = 20 } = options
  const stream: StreamState = { last: options.after ?? 0, retryMs: DEFAULT_RETRY_MS }
  for (let failures = 0; ; failures += 1) {
    const before = stream.last
    try {
      for await (const event of readConnection(transport, runId, stream, signal)) {
        failures = 0
        yield event
        if (event.type === 'run_finished') return
      }
      if (isAborted(signal)) return
      // The server has nothing after `last`: the run may have ended there before we came.
      if (stream.last === before && (await isOver(stream.last))) return
    } catch (error) {
      if (isAborted(signal)) return
      if (!isWorthAnotherTry(error) || failures >= maxFailures) throw error
    }
    if (failures >= maxFailures) throw cutOff(runId)
    const delayMs = Math.min(MAX_DELAY_MS, stream.retryMs * 2 ** Math.min(failures, 10))
    options.onReconnect?.(delayMs)
    await sleep(delayMs, signal)
    if (isAborted(signal)) return
  }
}

/** A call, because the compiler takes the property for unchanging across an await. */
const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true

interface StreamState {
  /** `seq` of the last event given. */
  last: number
  retryMs: number
}

/** The new events of one connection. Ends when it ends, or at a gap: the next connection reads what is missing. */
async function* readConnection(
  transport: Transport,
  runId: string,
  stream: StreamState,
  signal: AbortSignal | undefined,
): AsyncGenerator<RunEvent, void, undefined> {
  const response = await transport.open({
    method: 'GET',
    path: `/runs/${encodeURIComponent(runId)}/events`,
    headers: { accept: 'text/event-stream', 'last-event-id': String(stream.last) },
    signal,
  })
  const parser = createSseParser()
  for await (const text of decoded(response)) {
    const messages = parser.push(text)
    stream.retryMs = parser.retryMs ?? stream.retryMs
    for (const message of messages) {
      const event = parseEvent(transport, message.data)
      if (event.seq <= stream.last) continue // seen on a former connection (invariant 1)
      if (event.seq > stream.last + 1) return
      stream.last = event.seq
      yield event
    }
  }
}

async function* decoded(response: Response): AsyncGenerator<string, void, undefined> {
  const reader = response.body?.getReader()
  if (reader === undefined) return
  const decoder = new TextDecoder()
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read())
      yield decoder.decode(part.value, { stream: true })
  } finally {
    // The consumer may have stopped in the middle: without this the connection would stay open.
    await reader.cancel().catch(() => undefined)
  }
}

const parseEvent = ({ baseUrl }: Transport, data: string): RunEvent => {
  try {
    return runEvent.parse(parseJson(data))
  } catch (cause) {
    throw contractBroken(baseUrl, 'an event of the stream', cause)
  }
}

/** Broken connections, and refusals that pass: the rest would only be refused again. */
const isWorthAnotherTry = (error: unknown): boolean =>
  !(error instanceof ApiError) || error.code === 'UNAVAILABLE' || [429, 503].includes(error.status)

const cutOff = (runId: string): ApiError =>
  new ApiError(
    toProblem(new MillraceError('UNAVAILABLE', `The stream of run ${runId} breaks off every time`)),
  )
