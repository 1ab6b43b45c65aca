import { type RunEvent, stringifyJson } from '@millrace/contracts'

/** One event as viewers get it: formatted once per process, however many viewers it has. */
export interface Frame {
  readonly seq: number
  readonly type: RunEvent['type']
  /** Path of the step, where the event is about one. */
  readonly path: string | undefined
  readonly json: string
  /** The whole SSE message. */
  readonly text: string
}

/** Consecutive frames of one run, joined for one write. */
export interface Batch {
  readonly frames: readonly Frame[]
  readonly bytes: Buffer
  readonly lastSeq: number
  /** True when the last frame is `run_finished`: nothing follows. */
  readonly final: boolean
}

/** The most that is written at once, and so the most that can wait in a connection (I10). */
const MAX_BATCH_BYTES = 64 * 1024

export const formatFrame = (event: RunEvent): Frame => {
  const json = stringifyJson(event)
  return {
    seq: event.seq,
    type: event.type,
    path: 'path' in event ? event.path : undefined,
    json,
    text: `id: ${event.seq}\nevent: ${event.type}\ndata: ${json}\n\n`,
  }
}

/**
 * The first batch of the frames from index `start`: as many as fit into 64 KB, at least one.
 * Lengths are counted in UTF-16 units: exact for ASCII, at most a factor of three short otherwise.
 */
export const batchFrom = (frames: readonly Frame[], start: number): Batch | undefined => {
  let size = 0
  let end = start
  for (; end < frames.length; end += 1) {
    size += frames[end]?.text.length ?? 0
    if (size > MAX_BATCH_BYTES && end > start) break
  }
  const taken = frames.slice(start, end)
  const last = taken.at(-1)
  if (last === undefined) return undefined
  return {
    frames: taken,
    bytes: Buffer.from(taken.map((frame) => frame.text).join('')),
    lastSeq: last.seq,
    final: last.type === 'run_finished',
  }
}

export const batchesOf = (frames: readonly Frame[]): Batch[] => {
  const batches: Batch[] = []
  for (let start = 0; start < frames.length; ) {
    const batch = batchFrom(frames, start)
    if (batch === undefined) break
    batches.push(batch)
    start += batch.frames.length
  }
  return batches
}
