import type { RunEvent } from '@millrace/contracts'
import type { Follower } from './follower.js'
import { type Batch, batchesOf, batchFrom, type Frame, formatFrame } from './frame.js'

/**
 * One run's event log as this process sees it.
 *
 * Owns: the window (the newest frames, contiguous, formatted once), how far the run is known to have come, and the
 * wake-ups of its followers. Does not own: the feed subscription and the polling (RunHub), nor any connection.
 *
 * 1. The window is dense: frames[i].seq = base + i + 1 (I4). Whatever does not fit at its end is not kept; it only
 *    raises `known`, and followers re-read from the database.
 * 2. The window only moves forward. A follower behind it reads pages of its own from the database.
 * 3. A change after a follower looked is never missed: each change pumps every follower, and one that is busy then looks
 *    again by itself.
 */

/** A run and the workspace that may see it: every read names both (I9). */
export interface RunRef {
  readonly workspaceId: string
  readonly runId: string
}

export type ReadEvents = (run: RunRef, afterSeq: number, limit: number) => Promise<readonly RunEvent[]>

const PAGE = 100
const WINDOW_FRAMES = 1_000
const WINDOW_CHARS = 1_000_000
/** Under load, wake-ups of one run are this far apart; the first after a pause is immediate. */
const COALESCE_MS = 20

export class RunChannel {
  readonly #run: RunRef
  readonly #read: ReadEvents
  #frames: Frame[] = []
  #chars = 0
  #base: number | undefined
  #known = 0
  #synced = false
  readonly #followers = new Set<Follower>()
  readonly #pages = new Map<number, Promise<readonly Batch[]>>()
  readonly #batches = new Map<number, Batch | undefined>()
  #lastWake = Number.NEGATIVE_INFINITY
  #wakeTimer: NodeJS.Timeout | undefined

  /** @param unborn The run is not there yet: the window begins with its first event, and there is nothing to read. */
  constructor(run: RunRef, read: ReadEvents, unborn = false) {
    this.#run = run
    this.#read = read
    this.#synced = unborn
    if (unborn) this.#base = 0
  }

  get followers(): number {
    return this.#followers.size
  }

  /** It is pumped at each change from now on, and once now. */
  enter(follower: Follower): void {
    this.#followers.add(follower)
    follower.pump()
  }

  leave(follower: Follower): void {
    this.#followers.delete(follower)
  }

  /** What the feed or the poll has to say. Events that do not continue the window are left to a re-read. */
  advance(lastSeq: number, events: readonly RunEvent[] = []): void {
    const grown = lastSeq > this.#known
    this.#known = Math.max(this.#known, lastSeq)
    this.#append(events)
    if (grown) this.#wake(events.at(-1)?.type === 'run_finished')
  }

  /** The next batch after `after`, without waiting, when the window holds it. */
  peek(after: number): Batch | undefined {
    if (this.#base === undefined || after < this.#base || after >= this.#end()) return undefined
    let batch = this.#batches.get(after)
    if (batch === undefined) {
      batch = batchFrom(this.#frames, after - this.#base)
      this.#batches.set(after, batch)
    }
    return batch
  }

  /** False when the run is known to have no more. */
  mayHaveAfter(after: number): boolean {
    return !this.#synced || after < this.#known
  }

  /** What follows `after`, from the database. */
  async load(after: number): Promise<readonly Batch[]> {
    return await (this.#pages.get(after) ?? this.#loadPage(after))
  }

  /** Ends every follower. */
  close(): void {
    clearTimeout(this.#wakeTimer)
    for (const follower of this.#followers) follower.end()
  }

  #end(): number {
    return (this.#base ?? 0) + this.#frames.length
  }

  /** Followers at the same place share one read. */
  #loadPage(after: number): Promise<readonly Batch[]> {
    const page = this.#readFrames(after).then(batchesOf)
    this.#pages.set(after, page)
    const forget = () => this.#pages.delete(after)
    page.then(forget, forget)
    return page
  }

  async #readFrames(after: number): Promise<readonly Frame[]> {
    const events = await this.#read(this.#run, after, PAGE)
    if (events.length < PAGE) this.#synced = true
    this.#known = Math.max(this.#known, after + events.length)
    if (this.#base === undefined || after > this.#end()) this.#restartWindow(after)
    return after === this.#end() ? this.#append(events) : events.map(formatFrame)
  }

  #restartWindow(base: number): void {
    this.#base = base
    this.#frames = []
    this.#chars = 0
    this.#batches.clear()
  }

  /** Appends those that continue the window, in order; returns their frames. */
  #append(events: readonly RunEvent[]): readonly Frame[] {
    if (this.#base === undefined) return []
    const added: Frame[] = []
    for (const event of events) {
      if (event.seq !== this.#end() + 1) continue
      const frame = formatFrame(event)
      added.push(frame)
      this.#frames.push(frame)
      this.#chars += frame.text.length
    }
    if (added.length > 0) this.#trim()
    return added
  }

  /** Drops the older half once the window is full: cheaper than one frame at a time. */
  #trim(): void {
    this.#batches.clear()
    while (this.#frames.length > WINDOW_FRAMES || (this.#chars > WINDOW_CHARS && this.#frames.length > 1)) {
      const dropped = this.#frames.splice(0, Math.ceil(this.#frames.length / 2))
      this.#base = (this.#base ?? 0) + dropped.length
      this.#chars -= dropped.reduce((sum, frame) => sum + frame.text.length, 0)
    }
  }

  /** At once when idle or final; else together with what follows within 20 ms, so that writes are shared. */
  #wake(final: boolean): void {
    const wait = final ? 0 : this.#lastWake + COALESCE_MS - performance.now()
    if (wait <= 0) this.#wakeNow()
    else this.#wakeTimer ??= setTimeout(() => this.#wakeNow(), wait)
  }

  #wakeNow(): void {
    clearTimeout(this.#wakeTimer)
    this.#wakeTimer = undefined
    this.#lastWake = performance.now()
    for (const follower of this.#followers) follower.pump()
  }
}
