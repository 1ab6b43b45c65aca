/**
 * Work that may be laid down for a while: it yields between small pieces, and whoever drives it decides whether to go on
 * at once or to let others have the processor first.
 */
export type InTurns<T> = Generator<undefined, T>

/** Between two of them a piece takes well under a millisecond, unless one node is enormous. */
const ITEMS_PER_PIECE = 32

export function* flatMapInTurns<T, R>(
  items: readonly T[],
  map: (item: T, index: number) => Iterable<R>,
): InTurns<R[]> {
  const results: R[] = []
  for (const [index, item] of items.entries()) {
    if (index % ITEMS_PER_PIECE === 0) yield
    for (const result of map(item, index)) results.push(result)
  }
  return results
}

/** All of it at once. */
export function finish<T>(work: InTurns<T>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}
