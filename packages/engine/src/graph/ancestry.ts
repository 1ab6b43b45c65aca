import type { Neighbours } from './neighbours.js'
import { sortTopologically } from './order.js'
import type { InTurns } from './turns.js'

/** A question: does the one lead to the other? Positions among the nodes. */
export interface Descent {
  readonly from: number
  readonly to: number
}

/** Ancestors followed at once: the bits of a number. */
const GROUP = 32

/**
 * Those descents that do not hold. Only nodes that are asked about are followed, 32 in one pass over the graph: a
 * walk for each, or a table of all pairs, takes seconds once 10,000 nodes read each other. Nodes on a cycle or
 * behind one are left out: what runs before what is open there until the cycle is gone.
 */
export function* findUnrelated<D extends Descent>(neighbours: Neighbours, asked: readonly D[]): InTurns<D[]> {
  if (asked.length === 0) return []
  const order = sortTopologically(neighbours.size, neighbours.successors)
  const settled = new Uint8Array(neighbours.size)
  for (const node of order) settled[node] = 1
  const isNext = nextTo(neighbours)
  const bySource = new Map<number, D[]>()
  for (const descent of asked) {
    // Nearly every expression reads the step right before.
    if (settled[descent.to] === 0 || isNext(descent)) continue
    const group = bySource.get(descent.from)
    if (group === undefined) bySource.set(descent.from, [descent])
    else group.push(descent)
  }
  const sources = [...bySource.keys()]
  const unrelated: D[] = []
  for (let start = 0; start < sources.length; start += GROUP) {
    yield
    const group = sources.slice(start, start + GROUP)
    const reached = follow(neighbours, order, group)
    for (const [bit, source] of group.entries()) {
      for (const descent of bySource.get(source) ?? [])
        if ((reached[descent.to]! & (1 << bit)) === 0) unrelated.push(descent)
    }
  }
  return unrelated
}

function nextTo({ size, successors }: Neighbours): (descent: Descent) => boolean {
  const pairs = new Set<number>()
  for (let node = 0; node < size; node++) for (const next of successors(node)) pairs.add(node * size + next)
  return ({ from, to }) => pairs.has(from * size + to)
}

/** By node: a bit for each of the sources that leads to it. */
function follow(neighbours: Neighbours, order: readonly number[], sources: readonly number[]): Uint32Array {
  const reached = new Uint32Array(neighbours.size)
  const own = new Uint32Array(neighbours.size)
  for (const [bit, source] of sources.entries()) own[source] = 1 << bit
  for (const node of order) {
    const bits = reached[node]! | own[node]!
    if (bits !== 0) for (const next of neighbours.successors(node)) reached[next]! |= bits
  }
  return reached
}
