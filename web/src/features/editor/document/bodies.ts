import { type EdgeDraft, type EditorDocument, edgesOf, type NodeDraft, nodesOf } from './document.js'

/** A container's list of nodes and of edges, or those of the workflow itself: in the order they are written in. */
export interface BodyRows {
  readonly nodes: readonly NodeDraft[]
  readonly edges: readonly EdgeDraft[]
}

const EMPTY: BodyRows = { nodes: [], edges: [] }

/**
 * Gives each body by its container, the outermost by undefined. An edge belongs where it begins; one that begins
 * nowhere, where it ends.
 */
export const bodiesOf = (
  document: Pick<EditorDocument, 'nodes' | 'edges'>,
): ((container: string | undefined) => BodyRows) => {
  const bodies = new Map<string | undefined, { nodes: NodeDraft[]; edges: EdgeDraft[] }>()
  const bodyAt = (container: string | undefined) => {
    const known = bodies.get(container) ?? { nodes: [], edges: [] }
    bodies.set(container, known)
    return known
  }
  for (const node of nodesOf(document)) bodyAt(document.nodes.get(node.id)?.container).nodes.push(node)
  for (const edge of edgesOf(document)) {
    const row = document.nodes.get(edge.from) ?? document.nodes.get(edge.to)
    bodyAt(row?.container).edges.push(edge)
  }
  return (container) => bodies.get(container) ?? EMPTY
}

/** The nodes, and all that stands inside of them to any depth. */
export const withBodies = (
  { nodes }: Pick<EditorDocument, 'nodes'>,
  ids: ReadonlySet<string>,
): ReadonlySet<string> =>
  new Set([...nodes.keys()].filter((id) => ids.has(id) || isInside({ nodes }, id, ids)))

/** Whether a node stands in one of the containers, at any depth. */
export const isInside = (
  { nodes }: Pick<EditorDocument, 'nodes'>,
  id: string,
  containers: ReadonlySet<string>,
): boolean => around({ nodes }, id).some((container) => containers.has(container))

/** The containers around a node, the nearest first. */
export const around = ({ nodes }: Pick<EditorDocument, 'nodes'>, id: string): string[] => {
  const found: string[] = []
  for (
    let container = nodes.get(id)?.container;
    container !== undefined && !found.includes(container);
    container = nodes.get(container)?.container
  )
    found.push(container)
  return found
}
