import { type Definition, type Edge, ERROR_PORT, type Node } from '@millrace/contracts'

/** A part of the graph that runs by itself: the definition, or what a container holds. Its indices are without gaps. */
export interface Body {
  readonly firstNode: number
  readonly nodeCount: number
  readonly firstEdge: number
  readonly edgeCount: number
  /** Nodes that no edge leads to: where a pass through a container's body begins. Those that only undo are none. */
  readonly entries: readonly number[]
  /** Nodes that no edge leaves but by the error port: what they give is what the body gives (see `lastSteps`). */
  readonly sinks: readonly number[]
  /** One of them has no edge at all: what the body gives is that one's output, or that of whose error would have led there. */
  readonly hasOneEnd: boolean
  /** Nodes that only undo others. */
  readonly compensators: readonly number[]
}

export interface Flat {
  readonly nodes: readonly Node[]
  readonly edges: readonly Edge[]
  readonly root: Body
  /** By index of the container. */
  readonly bodies: ReadonlyMap<number, Body>
}

/** Lines the bodies up, each as a whole, the outer before the inner. */
export function flatten(definition: Definition): Flat {
  const nodes: Node[] = []
  const edges: Edge[] = []
  const bodies = new Map<number, Body>()
  const append = (part: { readonly nodes: readonly Node[]; readonly edges: readonly Edge[] }): Body => {
    const body = describe(part, nodes.length, edges.length)
    for (const node of part.nodes) nodes.push(node)
    for (const edge of part.edges) edges.push(edge)
    return body
  }
  const root = append(definition)
  // `nodes` grows while it is walked: bodies within bodies are found in their turn.
  for (let node = 0; node < nodes.length; node++) {
    const { body } = nodes[node]!
    if (body !== undefined) bodies.set(node, append(body))
  }
  return { nodes, edges, root, bodies }
}

function describe(
  { nodes, edges }: { readonly nodes: readonly Node[]; readonly edges: readonly Edge[] },
  firstNode: number,
  firstEdge: number,
): Body {
  const entered = new Set(edges.map(({ to }) => to))
  const left = new Set(edges.map(({ from }) => from))
  const goesOn = new Set(edges.filter(({ port }) => port !== ERROR_PORT).map(({ from }) => from))
  const undoing = new Set(nodes.flatMap(({ compensate }) => compensate ?? []))
  const where = (holds: (node: Node) => boolean) =>
    nodes.flatMap((node, position) => (holds(node) ? [firstNode + position] : []))
  const ends = where(({ id }) => !left.has(id) && !undoing.has(id))
  return {
    firstNode,
    nodeCount: nodes.length,
    firstEdge,
    edgeCount: edges.length,
    entries: where(({ id }) => !entered.has(id) && !undoing.has(id)),
    sinks: where(({ id }) => !goesOn.has(id) && !undoing.has(id)),
    hasOneEnd: ends.length === 1,
    compensators: where(({ id }) => undoing.has(id)),
  }
}
