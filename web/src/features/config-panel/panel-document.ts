import type { Json, JsonObject, NodeTypeDescriptor } from '@millrace/contracts'

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
  readonly nodes: readonly PanelNode[]
  readonly edges: readonly PanelEdge[]
  readonly vars: JsonObject
}

export type NodeTypes = ReadonlyMap<string, NodeTypeDescriptor>

/** Ids of all nodes that lead to a node, the nearest first. */
export const upstreamOf = ({ edges }: PanelDocument, id: string): string[] => {
  const found = new Set([id])
  // A set may grow while it is walked: what is added is walked too.
  for (const each of found) for (const edge of edges) if (edge.to === each) found.add(edge.from)
  found.delete(id)
  return [...found]
}

/** Ports that a node goes on at: those of its type, and those its edges name. */
export const portsOf = (
  { edges }: PanelDocument,
  id: string,
  type: NodeTypeDescriptor | undefined,
): string[] => {
  const used = edges.filter((edge) => edge.from === id && edge.port !== 'error').map((edge) => edge.port)
  return [...new Set([...(type?.ports ?? []), ...used])]
}

export const nameOf = ({ name, id }: PanelNode): string =>
  typeof name === 'string' && name.trim() !== '' ? name : id
