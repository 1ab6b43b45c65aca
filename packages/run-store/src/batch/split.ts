import { classifyFailure } from './failure.js'

/**
 * Runs a batch; when the database refuses its data, runs its halves, down to the one item at fault (D7).
 * @param refuse is told of each item that is refused alone.
 * @throws any error that is not about data.
 */
export const splitOnBadData = async <T>(
  items: readonly T[],
  run: (items: readonly T[]) => Promise<void>,
  refuse: (item: T, error: Error) => void,
): Promise<void> => {
  try {
    await run(items)
  } catch (error) {
    if (classifyFailure(error) !== 'data' || !(error instanceof Error)) throw error
    const [first] = items
    if (items.length === 1 && first !== undefined) return refuse(first, error)
    const middle = items.length >> 1
    await splitOnBadData(items.slice(0, middle), run, refuse)
    await splitOnBadData(items.slice(middle), run, refuse)
  }
}
