/** Lets at most `limit` tasks run at once; the others wait their turn, first come first served. */
export const createGate = (limit: number): (<T>(task: () => Promise<T>) => Promise<T>) => {
  let running = 0
  const waiting: (() => void)[] = []
  const leave = (): void => {
    const next = waiting.shift()
    // A place is handed on and not given up, or a newcomer could slip in between.
    if (next === undefined) running--
    else next()
  }
  return async (task) => {
    if (running < limit) running++
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await task()
    } finally {
      leave()
    }
  }
}
