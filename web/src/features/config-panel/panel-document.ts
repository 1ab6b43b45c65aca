import { ERROR_PORT, type Json, type JsonObject, type NodeTypeDescriptor } from '@millrace/contracts'
import { portsOf } from '@millrace/engine'

/** A definition as the editor holds it while somebody works on it: params and settings may be missing or wrong. */
export interface PanelNode {
  readonly id: string
  readonly type: string
  readonly params: JsonObject
  readonly [member: string]: Json | undefined
}

export interface PanelEdge {
  readonly from: string
  readonly to: string
  readonly port: string
}

export interface PanelDocument {
  /** Those of all bodies. */
  readonly nodes: readonly PanelNode[]
  /** Between nodes of one body, those of all bodies. */
  readonly edges: readonly PanelEdge[]
  /** The container of each node that is in one. */
  readonly containers: ReadonlyMap<string, string>
  readonly vars: JsonObject
}

export type NodeTypes = ReadonlyMap<string, NodeTypeDescriptor>

/** The containers around a node, the nearest first. */
export const containersAround = ({ containers }: Pick<PanelDocument, 'containers'>, id: string): string[] => {
  const found: string[] = []
  for (let each = containers.get(id); each !== undefined; each = containers.get(each)) found.push(each)
  return found
}

/** The node that another one undoes. */
const ownerOf = ({ nodes }: Pick<PanelDocument, 'nodes'>, id: string): string | undefined =>
  nodes.find(({ compensate }) => compensate === id)?.id

/** Nodes that may undo a node: beside it, without edges, of no other node, and not undone themselves. */
export const undoersOf = (
  { nodes, edges, containers }: PanelDocument,
  { id: owner, compensate }: PanelNode,
  nodeTypes: NodeTypes,
): string[] => {
  const linked = new Set(edges.flatMap(({ from, to }) => [from, to]))
  const isApart = (each: PanelNode): boolean =>
    each.id !== owner &&
    each['compensate'] === undefined &&
    containers.get(each.id) === containers.get(owner) &&
    !linked.has(each.id) &&
    nodeTypes.get(each.type)?.trigger !== true
  const free = nodes.filter(
    (each) => isApart(each) && [undefined, owner].includes(ownerOf({ nodes }, each.id)),
  )
  const ids = free.map(({ id }) => id)
  // One that may not undo it is still what the definition names: the problem stands below it.
  return typeof compensate !== 'string' || ids.includes(compensate) ? ids : [...ids, compensate]
}

/**
 * Ids of all nodes whose steps the expressions of a node may read, the nearest first: what leads to it, what leads to
 * the containers around it, and of a container its body, which its condition reads after each pass. What undoes a node
 * reads that node, and what it reads.
 */
export const upstreamOf = (document: PanelDocument, id: string): string[] => {
  const owner = ownerOf(document, id)
  return owner === undefined ? walkedFrom(document, id) : [owner, ...walkedFrom(document, owner)]
}

const walkedFrom = ({ edges, containers }: PanelDocument, id: string): string[] => {
  const found = new Set<string>()
  for (const start of [id, ...containersAround({ containers }, id)]) {
    const walked = new Set([start])
    // A set may grow while it is walked: what is added is walked too.
    for (const each of walked) for (const edge of edges) if (edge.to === each) walked.add(edge.from)
    walked.delete(start)
    for (const each of walked) found.add(each)
  }
  for (const [inner, container] of containers) if (container === id) found.add(inner)
  return [...found]
}

/** Ports that an output may be pinned to: those the node has, and those its edges name although it has them no more. */
export const pinnablePorts = (
  { edges }: Pick<PanelDocument, 'edges'>,
  { id, params }: PanelNode,
  type: NodeTypeDescriptor | undefined,
): string[] => {
  const used = edges.filter((edge) => edge.from === id && edge.port !== ERROR_PORT).map((edge) => edge.port)
  return [...new Set([...portsOf(type, params, undefined), ...used])]
}

export const nameOf = ({ name, id }: PanelNode): string =>
  typeof name === 'string' && name.trim() !== '' ? name : id
