export type OnBatch = (batch: { readonly runs: number; readonly seconds: number }) => void

/** Tells how many shared one statement and how long it took, for metrics. */
export const timed =
  <T>(onBatch: OnBatch | undefined, run: (items: readonly T[]) => Promise<void>) =>
  async (items: readonly T[]): Promise<void> => {
    const startedAt = performance.now()
    await run(items)
    onBatch?.({ runs: items.length, seconds: (performance.now() - startedAt) / 1_000 })
  }
