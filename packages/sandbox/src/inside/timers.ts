/** Timers of one script, as the host drives them. */
export interface ScriptTimers {
  /** Milliseconds from now until the earliest is due; -1 when there is none. */
  next(): number
  /** Calls those that are due. */
  fire(): void
  /** How many have not been called and may still be. */
  waiting(): number
}

/**
 * Evaluated inside of the sandbox before any script: its text is all that goes in, so it may use nothing around it.
 *
 * setTimeout and setInterval. The host lets time pass while the script has nothing else to do.
 */
export function installTimers(): ScriptTimers {
  interface Timer {
    readonly id: number
    at: number
    readonly every: number | undefined
    readonly callback: () => void
  }
  const timers = new Map<number, Timer>()
  let lastId = 0
  const delayOf = (milliseconds: unknown): number => Math.max(0, Number(milliseconds) || 0)
  const start =
    (repeats: boolean) =>
    (callback: unknown, milliseconds?: unknown, ...args: unknown[]): number => {
      if (typeof callback !== 'function') throw new TypeError('a timer needs a function to call')
      const delay = delayOf(milliseconds)
      const id = ++lastId
      timers.set(id, {
        id,
        at: Date.now() + delay,
        every: repeats ? Math.max(1, delay) : undefined,
        callback: () => callback(...args),
      })
      return id
    }
  const stop = (id: unknown): void => void timers.delete(Number(id))
  const globals = {
    setTimeout: start(false),
    setInterval: start(true),
    setImmediate: (callback: unknown, ...args: unknown[]) => start(false)(callback, 0, ...args),
    clearTimeout: stop,
    clearInterval: stop,
    clearImmediate: stop,
  }
  for (const [name, value] of Object.entries(globals))
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false })

  const earliest = (): Timer | undefined => {
    let first: Timer | undefined
    for (const timer of timers.values()) if (first === undefined || timer.at < first.at) first = timer
    return first
  }
  return {
    next() {
      const first = earliest()
      return first === undefined ? -1 : Math.max(0, first.at - Date.now())
    },
    fire() {
      const first = earliest()
      if (first === undefined) return
      if (first.every === undefined) timers.delete(first.id)
      else first.at += first.every
      first.callback()
    },
    waiting: () => timers.size,
  }
}
