import type { NodeTypeDescriptor } from '@millrace/contracts'
import { portsOf } from '@millrace/engine'
import type { Density, GraphSource, GraphSourceNode } from './graph-types.js'
import type { Point } from './layout.js'
import { BODY_CORNER, cardSize, frameSize, type Size } from './sizes.js'

export interface MeasureOptions {
  readonly types: ReadonlyMap<string, NodeTypeDescriptor>
  readonly density: Density
  /** Of nodes that have none in the layout. */
  readonly positions: ReadonlyMap<string, Point>
}

/** What stands in each container. */
export const insideOf = ({
  nodes,
  containers,
}: Pick<GraphSource, 'nodes' | 'containers'>): ReadonlyMap<string, readonly GraphSourceNode[]> => {
  const inside = new Map<string, GraphSourceNode[]>()
  for (const node of nodes) {
    const container = containers.get(node.id)
    if (container === undefined) continue
    const body = inside.get(container)
    if (body === undefined) inside.set(container, [node])
    else body.push(node)
  }
  return inside
}

/** True for what is drawn as a frame around its body. */
export const isFrame = (
  node: GraphSourceNode,
  inside: ReadonlyMap<string, readonly GraphSourceNode[]>,
  folded: ReadonlyMap<string, true>,
  types: MeasureOptions['types'],
): boolean => !folded.has(node.id) && (inside.has(node.id) || types.get(node.type)?.container === true)

/** Sizes of all nodes as they are drawn: an open container is as large as its body asks for. */
export const measure = (
  source: GraphSource,
  { types, density, positions }: MeasureOptions,
): ReadonlyMap<string, Size> => {
  const inside = insideOf(source)
  const sizes = new Map<string, Size>()
  const sizeOf = (node: GraphSourceNode): Size => {
    const body = (inside.get(node.id) ?? []).map((inner) => ({
      ...(source.layout.positions.get(inner.id) ?? positions.get(inner.id) ?? BODY_CORNER),
      ...sizeOf(inner),
    }))
    const ports = portsOf(types.get(node.type), node.params, node['onError'])
    const size = isFrame(node, inside, source.layout.folded, types)
      ? frameSize(body)
      : cardSize(density, ports.length)
    sizes.set(node.id, size)
    return size
  }
  for (const node of source.nodes) if (!source.containers.has(node.id)) sizeOf(node)
  return sizes
}
