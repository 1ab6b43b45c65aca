/**
 * Gathers what arrives and hands it over at most once a frame, so that a burst of events costs one commit and no
 * commit takes long.
 */
export interface FrameBatch<T> {
  add(items: readonly T[]): void
  /** Resolves once everything that was added has been handed over, or dropped. */
  drained(): Promise<void>
  /** Drops what has not been handed over. */
  close(): void
}

export interface FrameBatchOptions<T> {
  /** Calls back at the next frame; returns what undoes it. */
  readonly requestFrame: (callback: () => void) => () => void
  readonly commit: (items: readonly T[]) => void
  /** What is over this waits for the next frame. */
  readonly maxItems: number
}

export function createFrameBatch<T>({ requestFrame, commit, maxItems }: FrameBatchOptions<T>): FrameBatch<T> {
  let queue: T[] = []
  let cancel: (() => void) | undefined
  const waiters: (() => void)[] = []

  const tellDrained = () => {
    if (queue.length > 0) return
    for (const resolve of waiters.splice(0)) resolve()
  }
  const flush = () => {
    cancel = undefined
    const items = queue.slice(0, maxItems)
    queue = queue.slice(maxItems)
    if (queue.length > 0) cancel = requestFrame(flush)
    commit(items)
    tellDrained()
  }
  return {
    add(items) {
      if (items.length === 0) return
      for (const item of items) queue.push(item)
      cancel ??= requestFrame(flush)
    },
    drained: () =>
      new Promise((resolve) => {
        waiters.push(resolve)
        tellDrained()
      }),
    close() {
      cancel?.()
      queue = []
      tellDrained()
    },
  }
}

/** The next animation frame, or 250 ms where there is none: a hidden tab draws no frames but must keep up. */
export function requestVisibleFrame(callback: () => void): () => void {
  const cancel = () => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
  }
  const once = () => {
    cancel()
    callback()
  }
  const frame = requestAnimationFrame(once)
  const timer = setTimeout(once, 250)
  return cancel
}
