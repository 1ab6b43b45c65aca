/** Between two sends: a list on a screen needs no more, and a busy workspace changes thousands of runs a second. */
const PACE_MS = 100
/** Runs that wait to be sent; over it the oldest is dropped, which a list that is read again makes up for (I10). */
const MAX_RUNS = 1_000

/** What has changed in a workspace's run list since the client was told last: only the latest of each run. */
export class RunListChanges {
  readonly #latest = new Map<string, string>()
  #wake: (() => void) | undefined
  #sentAt = Number.NEGATIVE_INFINITY

  /** @param payload JSON of `{ runId, status, lastSeq }`, as the feed brings it. */
  add(payload: string): void {
    const { runId }: { runId?: unknown } = JSON.parse(payload)
    if (typeof runId !== 'string') return
    this.#latest.delete(runId)
    this.#latest.set(runId, payload)
    if (this.#latest.size > MAX_RUNS) {
      const oldest = this.#latest.keys().next()
      if (!oldest.done) this.#latest.delete(oldest.value)
    }
    this.#wake?.()
  }

  /** Resolves when there is something to send and the last send is 100 ms ago, or when the signal aborts. */
  async ready(signal: AbortSignal): Promise<void> {
    if (this.#latest.size === 0) await until(signal, (wake) => (this.#wake = wake))
    const pause = this.#sentAt + PACE_MS - performance.now()
    if (pause > 0) await until(signal, (wake) => setTimeout(wake, pause))
  }

  /** SSE messages named `run`. */
  take(): string {
    const text = [...this.#latest.values()].map((payload) => `event: run\ndata: ${payload}\n\n`).join('')
    this.#latest.clear()
    this.#sentAt = performance.now()
    return text
  }
}

const until = (signal: AbortSignal, arm: (wake: () => void) => unknown): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener('abort', done)
      resolve()
    }
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', done)
    arm(done)
  })
