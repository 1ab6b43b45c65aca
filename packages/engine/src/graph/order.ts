type Successors = (node: number) => readonly number[]

/**
 * Predecessors first; ties keep the order of the definition (Kahn). Nodes on a cycle, and those behind one, are
 * missing from the answer.
 */
export function sortTopologically(size: number, successors: Successors): number[] {
  const waitingFor = new Uint32Array(size)
  for (let node = 0; node < size; node++) for (const next of successors(node)) waitingFor[next]!++
  const order: number[] = []
  for (let node = 0; node < size; node++) if (waitingFor[node] === 0) order.push(node)
  for (let head = 0; head < order.length; head++) {
    for (const next of successors(order[head]!)) {
      waitingFor[next]!--
      if (waitingFor[next] === 0) order.push(next)
    }
  }
  return order
}

/** One cycle, its first node repeated at the end; undefined when there is none. */
export const findCycle = (size: number, successors: Successors): number[] | undefined =>
  findCycles(size, successors)[0]

interface Visit {
  readonly node: number
  /** How many of its successors have been looked at. */
  next: number
  /** Where on the path the nodes begin that no named cycle holds. */
  readonly free: number
}

/**
 * At least one cycle of every knot (strongly connected component), none of them sharing a node with another; the
 * first node is repeated at the end. So each can be shown and broken by itself. Iterative, since chains are long;
 * linear, since the cycles share no node.
 */
export function findCycles(size: number, successors: Successors): number[][] {
  const position = new Int32Array(size).fill(-1)
  const seen = new Uint8Array(size)
  const named = new Uint8Array(size)
  const path: Visit[] = []
  const cycles: number[][] = []
  const enter = (node: number, free: number) => {
    seen[node] = 1
    position[node] = path.length
    path.push({ node, next: 0, free })
  }
  for (let start = 0; start < size; start++) {
    if (seen[start] === 0) enter(start, 0)
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const target = successors(top.node)[top.next++]
      const inCycle = named[top.node] === 1
      if (target === undefined) position[path.pop()!.node] = -1
      else if (seen[target] === 0) enter(target, inCycle ? path.length : top.free)
      else if (!inCycle && position[target]! >= top.free) {
        const cycle = path.slice(position[target]).map(({ node }) => node)
        for (const node of cycle) named[node] = 1
        cycles.push([...cycle, target])
      }
    }
  }
  return cycles
}
