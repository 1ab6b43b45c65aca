import { performance } from 'node:perf_hooks'

/** Milliseconds of evaluations after which the event loop turns once. */
const SLICE_MS = 10

/**
 * Evaluations run one after the other, since each is work for the processor and nothing else: interleaved, each
 * would count the others' time as its own, and two hundred honest ones together would all be late. In between,
 * everything else gets its turn. Without that, a chain of slow ones would hold up leases, timers and sockets.
 */
let last: Promise<unknown> = Promise.resolve()
let spent = 0

export function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = last.then(async () => {
    const startedAt = performance.now()
    try {
      return await work()
    } finally {
      spent += performance.now() - startedAt
    }
  })
  last = mine.then(letOthersRun, letOthersRun)
  return mine
}

function letOthersRun(): Promise<void> | undefined {
  if (spent < SLICE_MS) return undefined
  spent = 0
  return new Promise((resolve) => setImmediate(resolve))
}
