/** Milliseconds of evaluations after which the event loop turns once. */
const SLICE_MS = 10

/**
 * An evaluation never waits, so that a chain of slow ones would hold up leases, timers and sockets: in between,
 * everything else gets its turn.
 * Owns: the milliseconds since the last turn, and the turn that is waited for.
 */
let spent = 0
let turn: Promise<void> | undefined

export async function inTurn<T>(work: () => T): Promise<T> {
  while (spent >= SLICE_MS) {
    turn ??= nextTurn()
    await turn
  }
  const startedAt = performance.now()
  try {
    return work()
  } finally {
    spent += performance.now() - startedAt
  }
}

const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    later(() => {
      spent = 0
      turn = undefined
      resolve()
    })
  })

/** Browsers have no `setImmediate`. */
const later: (callback: () => void) => void =
  typeof setImmediate === 'function' ? setImmediate : (callback) => setTimeout(callback)
