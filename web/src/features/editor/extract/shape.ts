import { portsOf } from '@millrace/engine'
import { withBodies } from '../document/bodies.js'
import {
  type EdgeDraft,
  type EditorDocument,
  edgesOf,
  type NodeDraft,
  nodesOf,
} from '../document/document.js'
import type { NodeTypes } from '../document/rename.js'

/** How a selection hangs together with what stands around it. */
export interface Shape {
  /** What was selected and stands in nothing else that was, in the order of the definition. */
  readonly top: readonly NodeDraft[]
  /** The same with all bodies. */
  readonly all: ReadonlySet<string>
  readonly incoming: readonly EdgeDraft[]
  readonly outgoing: readonly EdgeDraft[]
  /** Between nodes of `top`. */
  readonly inner: readonly EdgeDraft[]
  /** Nodes that edges from outside lead to. */
  readonly entries: readonly NodeDraft[]
}

export const shapeOf = (document: EditorDocument, selected: ReadonlySet<string>): Shape => {
  const all = withBodies(document, selected)
  const top = nodesOf(document).filter(
    ({ id }) => all.has(id) && !all.has(document.nodes.get(id)?.container ?? ''),
  )
  const ids = new Set(top.map(({ id }) => id))
  const edges = edgesOf(document)
  const incoming = edges.filter(({ from, to }) => !ids.has(from) && ids.has(to))
  const entered = new Set(incoming.map(({ to }) => to))
  return {
    top,
    all,
    incoming,
    outgoing: edges.filter(({ from, to }) => ids.has(from) && !ids.has(to)),
    inner: edges.filter(({ from, to }) => ids.has(from) && ids.has(to)),
    entries: top.filter(({ id }) => entered.has(id)),
  }
}

export const outletsOf = (node: NodeDraft, types: NodeTypes): readonly string[] =>
  portsOf(types.get(node.type), node.params, node['onError'])

/** Nodes outside that run behind some of the selection. */
export const behindOf = (document: EditorDocument, { all, outgoing }: Shape): ReadonlySet<string> =>
  reach(
    edgesOf(document),
    all,
    outgoing.map(({ to }) => to),
  )

/** Those of them that run before others of the selection. */
export const betweenOf = (document: EditorDocument, shape: Shape): string[] => {
  const back = edgesOf(document).map(({ from, to, port }) => ({ from: to, to: from, port }))
  const starts = shape.incoming.map(({ from }) => from)
  const before = reach(back, shape.all, starts)
  return [...behindOf(document, shape)].filter((id) => before.has(id))
}

/** What can be reached from the starts, themselves included, without a step into `fence`. */
const reach = (
  edges: readonly EdgeDraft[],
  fence: ReadonlySet<string>,
  starts: readonly string[],
): ReadonlySet<string> => {
  const next = new Map<string, string[]>()
  for (const { from, to } of edges) {
    const known = next.get(from)
    if (known === undefined) next.set(from, [to])
    else known.push(to)
  }
  const seen = new Set<string>()
  const open = [...starts]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id) || fence.has(id)) continue
    seen.add(id)
    open.push(...(next.get(id) ?? []))
  }
  return seen
}

/**
 * Whether a node outside is led to whenever what leads into the selection is taken: on each outlet of what runs, some
 * edge without a condition leads on. Conditions of the edges that lead out stay with these.
 */
export const isAlwaysReached = (shape: Shape, types: NodeTypes, goal: string): boolean => {
  const nodes = new Map(shape.top.map((node) => [node.id, node]))
  const edges = [
    ...shape.inner.filter(({ when }) => when === undefined),
    ...shape.outgoing.filter(({ to }) => to === goal),
  ]
  const leads = new Map<string, boolean>([[goal, true]])
  const leadsOn = (id: string): boolean => {
    const known = leads.get(id)
    if (known !== undefined) return known
    // An edge back, on a cycle, leads nowhere new.
    leads.set(id, false)
    const node = nodes.get(id)
    const ports = node === undefined ? [] : outletsOf(node, types)
    const isLed = (port: string): boolean =>
      edges.some((edge) => edge.from === id && edge.port === port && leadsOn(edge.to))
    const does = ports.length > 0 && ports.every(isLed)
    leads.set(id, does)
    return does
  }
  return shape.entries.some(({ id }) => leadsOn(id))
}
