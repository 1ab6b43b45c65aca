/** From 0, nothing, to 1, the whole of what this machine can do at once. */
export type Share = number

export interface PatientTimer {
  unref(): void
}

/** What a clock is made of, so that a test of it can play a machine. */
export interface Surroundings {
  /** Milliseconds by the wall, from any moment on. */
  readonly wallMs: () => number
  /** Of the processor, for one who wants to run since the last time it was asked. */
  readonly share: () => Share
  /** Calls again and again until it is told to stop by what it returns. */
  readonly every: (ms: number, tick: () => void) => () => void
}

/** Often enough for a wait that ends by the clock, and too seldom to be a load. */
const TICK_MS = 50
/** So a limit comes after fifty times its length at the latest, however busy the machine stays. */
const LEAST_SHARE = 0.02
/** Over which the pace is the mean: who runs changes many times a second. */
const PACE_MS = 2_000
/** More than that between two ticks means that this process itself did not run: nobody can have waited meanwhile. */
const LONGEST_TICK_MS = 1_000

/**
 * Time as those who wait for work to be done should count it: an hour on a machine that gave half its processors to
 * others is half an hour. What is late by this clock hangs; what is late by the wall may just be slow.
 *
 * 1. It never goes back, and never runs faster than the wall.
 * 2. It never runs slower than a fiftieth of the wall, as long as this process runs.
 * 3. It ticks only while somebody waits; a reading between two ticks is exact to one of them.
 */
export class PatientClock {
  readonly #surroundings: Surroundings
  readonly #timers = new Map<PatientTimer, { readonly at: number; readonly expired: () => void }>()
  #stop: (() => void) | undefined
  #seenMs: number
  #passedMs = 0
  #pace: Share = 1

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings
    this.#seenMs = surroundings.wallMs()
  }

  /** Milliseconds by this clock, from any moment on. */
  readonly now = (): number => {
    const wallMs = this.#surroundings.wallMs()
    const elapsedMs = Math.min(wallMs - this.#seenMs, LONGEST_TICK_MS)
    if (elapsedMs >= TICK_MS) {
      this.#seenMs = wallMs
      const share = Math.min(1, Math.max(LEAST_SHARE, this.#surroundings.share()))
      this.#passedMs += elapsedMs * share
      this.#pace += (share - this.#pace) * Math.min(1, elapsedMs / PACE_MS)
    }
    return this.#passedMs
  }

  /** How long it takes by the wall until so much time has passed here, at the pace of the last seconds. */
  readonly onTheWall = (ms: number): number => {
    this.now()
    return ms / this.#pace
  }

  /** Calls once when so many milliseconds have passed by this clock. Keeps no process alive. */
  readonly setTimeout = (expired: () => void, ms: number): PatientTimer => {
    const timer = { unref: () => undefined }
    this.#timers.set(timer, { at: this.now() + ms, expired })
    this.#stop ??= this.#surroundings.every(TICK_MS, this.#tick)
    return timer
  }

  readonly clearTimeout = (timer: PatientTimer): void => {
    this.#timers.delete(timer)
    if (this.#timers.size > 0) return
    this.#stop?.()
    this.#stop = undefined
  }

  readonly #tick = (): void => {
    const now = this.now()
    for (const [timer, { at, expired }] of this.#timers) {
      if (at > now) continue
      this.clearTimeout(timer)
      expired()
    }
  }
}
