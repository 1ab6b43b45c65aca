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

/**
 * At least one cycle of every knot (strongly connected component), none of them sharing a node with another; the
 * first node is repeated at the end. So each can be shown and broken by itself. Iterative: chains are long.
 */
export function findCycles(size: number, successors: Successors): number[][] {
  const onPath = new Int32Array(size).fill(-1)
  const seen = new Uint8Array(size)
  const named = new Uint8Array(size)
  const cycles: number[][] = []
  for (let start = 0; start < size; start++) {
    if (seen[start] === 1) continue
    const path: { readonly node: number; next: number }[] = []
    const open = (node: number) => {
      seen[node] = 1
      onPath[node] = path.length
      path.push({ node, next: 0 })
    }
    open(start)
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const target = successors(top.node)[top.next++]
      if (target === undefined) onPath[path.pop()!.node] = -1
      else if (onPath[target]! >= 0) nameCycle(target)
      else if (seen[target] === 0) open(target)
    }
    function nameCycle(target: number): void {
      if (named[target] === 1) return
      const cycle = path.slice(onPath[target]).map((entry) => entry.node)
      if (cycle.some((node) => named[node] === 1)) return
      for (const node of cycle) named[node] = 1
      cycles.push([...cycle, target])
    }
  }
  return cycles
}
