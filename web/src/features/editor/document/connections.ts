import { portsOf } from '@millrace/engine'
import { containerOf, type EditorDocument, edgeKey, nameOf, nodesOf } from './document.js'
import type { NodeTypes } from './rename.js'

export interface Outlet {
  readonly from: string
  readonly port: string
}

/** Why this outlet may not lead to that node, for the author; undefined when it may. */
export const refuseConnection = (
  document: EditorDocument,
  types: NodeTypes,
  outlet: Outlet,
  to: string,
): string | undefined => refuse(document, types, { outlet, before: upstreamOf(document, outlet.from) }, to)

interface Start {
  readonly outlet: Outlet
  /** What runs before its node. */
  readonly before: ReadonlySet<string>
}

const refuse = (
  document: EditorDocument,
  types: NodeTypes,
  { outlet, before }: Start,
  to: string,
): string | undefined => {
  const target = document.nodes.get(to)?.node
  if (target === undefined || !document.nodes.has(outlet.from)) return 'There is no such node.'
  if (outlet.from === to) return 'A node cannot lead to itself.'
  const name = nameOf(target)
  if (types.get(target.type)?.trigger) return `${name} is a trigger: it starts runs and takes no input.`
  if (containerOf(document, outlet.from) !== containerOf(document, to))
    return `${name} stands in another container: connections do not lead across a rim.`
  if (document.edges.has(edgeKey({ ...outlet, to }))) return 'These two are connected already.'
  return before.has(to) ? `${name} runs before: that would be a cycle.` : undefined
}

/** Nodes that run before this one: every way back along the edges. */
const upstreamOf = (document: EditorDocument, id: string): ReadonlySet<string> => {
  const before = new Map<string, string[]>()
  for (const { edge } of document.edges.values())
    before.set(edge.to, [...(before.get(edge.to) ?? []), edge.from])
  return walk(id, (node) => before.get(node) ?? [])
}

/** What can be reached in one step or more. */
const walk = (start: string, next: (id: string) => readonly string[]): ReadonlySet<string> => {
  const seen = new Set<string>()
  const open = [...next(start)]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue
    seen.add(id)
    open.push(...next(id))
  }
  return seen
}

/** The first outlet nothing is connected to, else the first. Undefined for a node that is not there. */
export const freeOutlet = (document: EditorDocument, types: NodeTypes, id: string): Outlet | undefined => {
  const node = document.nodes.get(id)?.node
  if (node === undefined) return undefined
  const ports = portsOf(types.get(node.type), node.params, node.onError)
  const used = new Set(
    [...document.edges.values()].flatMap(({ edge }) => (edge.from === id ? [edge.port] : [])),
  )
  const port = ports.find((name) => !used.has(name)) ?? ports[0]
  return port === undefined ? undefined : { from: id, port }
}

export interface Target {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly refusal: string | undefined
}

/** Every other node: the ones it may lead to first. */
export const targetsOf = (document: EditorDocument, types: NodeTypes, outlet: Outlet): Target[] => {
  const start = { outlet, before: upstreamOf(document, outlet.from) }
  return nodesOf(document)
    .filter(({ id }) => id !== outlet.from)
    .map((node) => ({
      id: node.id,
      name: nameOf(node),
      type: node.type,
      refusal: refuse(document, types, start, node.id),
    }))
    .sort((one, other) => Number(one.refusal !== undefined) - Number(other.refusal !== undefined))
}
