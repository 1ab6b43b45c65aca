import type { Definition, Edge, Node } from '@millrace/contracts'
import type { NodeCatalogue } from '../catalogue.js'
import { findCycle, sortTopologically } from './order.js'

/** A definition compiled for running: neighbours by index, in one pass. Edge indices are the definition's own. */
export interface Graph {
  readonly definition: Definition
  readonly nodes: readonly Node[]
  readonly edges: readonly Edge[]
  /** Node indices; predecessors come first. */
  readonly order: readonly number[]
  indexOf(id: string): number | undefined
  /** Edge indices, in the order of the definition. */
  outgoing(node: number): readonly number[]
  incoming(node: number): readonly number[]
  /** Node index at the end of an edge. */
  target(edge: number): number
  isTrigger(node: number): boolean
}

const NONE: readonly number[] = []

/** Compiles a valid definition. Throws Error when it is not one: validate first. */
export function buildGraph(definition: Definition, catalogue: NodeCatalogue): Graph {
  const { nodes, edges } = definition
  const index = new Map(nodes.map((node, position) => [node.id, position]))
  const outgoing: number[][] = nodes.map(() => [])
  const incoming: number[][] = nodes.map(() => [])
  const next: number[][] = nodes.map(() => [])
  const targets: number[] = []
  for (const [position, edge] of edges.entries()) {
    const from = index.get(edge.from)
    const to = index.get(edge.to)
    if (from === undefined || to === undefined)
      throw new Error(`edge ${position} dangles: ${edge.from} → ${edge.to}`)
    outgoing[from]?.push(position)
    incoming[to]?.push(position)
    next[from]?.push(to)
    targets.push(to)
  }
  const triggers = nodes.map((node) => catalogue.get(node.type)?.trigger ?? false)
  const successors = (node: number) => next[node] ?? NONE
  const order = sortTopologically(nodes.length, successors)
  if (order.length < nodes.length) {
    const cycle = findCycle(nodes.length, successors) ?? []
    throw new Error(`cycle: ${cycle.map((node) => nodes[node]?.id).join(' → ')}`)
  }
  return {
    definition,
    nodes,
    edges,
    order,
    indexOf: (id) => index.get(id),
    outgoing: (node) => outgoing[node] ?? NONE,
    incoming: (node) => incoming[node] ?? NONE,
    target: (edge) => targets[edge]!,
    isTrigger: (node) => triggers[node] ?? false,
  }
}
