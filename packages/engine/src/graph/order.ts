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

/** One cycle, its first node repeated at the end; undefined when there is none. Iterative: chains are long. */
export function findCycle(size: number, successors: Successors): number[] | undefined {
  const NEW = 0
  const OPEN = 1
  const DONE = 2
  const color = new Uint8Array(size)
  for (let start = 0; start < size; start++) {
    if (color[start] !== NEW) continue
    const path: { node: number; next: number }[] = [{ node: start, next: 0 }]
    color[start] = OPEN
    while (path.length > 0) {
      const top = path[path.length - 1]!
      const target = successors(top.node)[top.next++]
      if (target === undefined) {
        color[top.node] = DONE
        path.pop()
      } else if (color[target] === OPEN) {
        const from = path.findIndex((entry) => entry.node === target)
        return [...path.slice(from).map((entry) => entry.node), target]
      } else if (color[target] === NEW) {
        color[target] = OPEN
        path.push({ node: target, next: 0 })
      }
    }
  }
  return undefined
}
