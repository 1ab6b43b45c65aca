import type { Definition, Edge, Node } from '@millrace/contracts'
import type { NodeCatalogue } from '../catalogue.js'
import { type Body, type Flat, flatten } from './bodies.js'
import { findCycle, sortTopologically } from './order.js'

/**
 * A definition compiled for running: neighbours by index, in one pass. The nodes of containers' bodies stand behind
 * those of the definition, the edges likewise, so that one index names a node wherever it is.
 */
export interface Graph {
  readonly definition: Definition
  readonly nodes: readonly Node[]
  readonly edges: readonly Edge[]
  /** Indices of the definition's own nodes; predecessors come first. */
  readonly order: readonly number[]
  /** The definition itself. */
  readonly root: Body
  /** What a container holds; undefined for any other node. */
  bodyOf(node: number): Body | undefined
  /** Ids are unique in the whole definition. */
  indexOf(id: string): number | undefined
  /** The node behind a step's path: `each[3].fetch` → `fetch`. */
  nodeAt(path: string): number | undefined
  /** Edge indices, in the order of the definition. */
  outgoing(node: number): readonly number[]
  incoming(node: number): readonly number[]
  /** Node index at the end of an edge. */
  target(edge: number): number
  isTrigger(node: number): boolean
  /** The node that undoes this one; undefined where none does. */
  compensatorOf(node: number): number | undefined
  /** The node that this one undoes; undefined for nodes of the flow itself. */
  ownerOf(node: number): number | undefined
}

const NONE: readonly number[] = []

/** Compiles a valid definition. Throws Error when it is not one: validate first. */
export function buildGraph(definition: Definition, catalogue: NodeCatalogue): Graph {
  const flat = flatten(definition)
  const { nodes, edges } = flat
  const index = new Map(nodes.map((node, position) => [node.id, position]))
  const { outgoing, incoming, targets } = connect(flat, index)
  const { compensators, owners } = pairCompensators(nodes, index)
  const triggers = nodes.map((node) => catalogue.get(node.type)?.trigger ?? false)
  const indexOf = (id: string) => index.get(id)
  // What undoes a node stands behind it, wherever steps are listed.
  const order = sortOrThrow(nodes, (node) => [
    ...(outgoing[node] ?? NONE).map((edge) => targets[edge]!),
    ...(compensators.has(node) ? [compensators.get(node)!] : NONE),
  ])
  return {
    definition,
    nodes,
    edges,
    order: order.filter((node) => node < flat.root.nodeCount),
    root: flat.root,
    bodyOf: (node) => flat.bodies.get(node),
    indexOf,
    nodeAt: (path) => indexOf(path.slice(path.lastIndexOf('.') + 1)),
    outgoing: (node) => outgoing[node] ?? NONE,
    incoming: (node) => incoming[node] ?? NONE,
    target: (edge) => targets[edge]!,
    isTrigger: (node) => triggers[node] ?? false,
    compensatorOf: (node) => compensators.get(node),
    ownerOf: (node) => owners.get(node),
  }
}

function connect({ nodes, edges }: Flat, index: ReadonlyMap<string, number>) {
  const outgoing: number[][] = nodes.map(() => [])
  const incoming: number[][] = nodes.map(() => [])
  const targets: number[] = []
  for (const [position, edge] of edges.entries()) {
    const from = index.get(edge.from)
    const to = index.get(edge.to)
    if (from === undefined || to === undefined)
      throw new Error(`edge ${position} dangles: ${edge.from} → ${edge.to}`)
    outgoing[from]?.push(position)
    incoming[to]?.push(position)
    targets.push(to)
  }
  return { outgoing, incoming, targets }
}

function pairCompensators(nodes: readonly Node[], index: ReadonlyMap<string, number>) {
  const compensators = new Map<number, number>()
  const owners = new Map<number, number>()
  for (const [owner, { id, compensate }] of nodes.entries()) {
    if (compensate === undefined) continue
    const compensator = index.get(compensate)
    if (compensator === undefined) throw new Error(`${id} is undone by ${compensate}, which does not exist`)
    compensators.set(owner, compensator)
    owners.set(compensator, owner)
  }
  return { compensators, owners }
}

function sortOrThrow(nodes: readonly Node[], successors: (node: number) => readonly number[]): number[] {
  const order = sortTopologically(nodes.length, successors)
  if (order.length < nodes.length) {
    const cycle = findCycle(nodes.length, successors) ?? []
    throw new Error(`cycle: ${cycle.map((node) => nodes[node]?.id).join(' → ')}`)
  }
  return order
}
