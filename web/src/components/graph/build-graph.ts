import { type Json, type JsonObject, MAIN_PORT, type NodeTypeDescriptor } from '@millrace/contracts'
import { type Edge, type Node, Position } from '@xyflow/react'
import {
  type CardData,
  type Density,
  type EdgeData,
  type GraphSource,
  type GraphSourceEdge,
  type GraphSourceNode,
  type GroupData,
  graphEdgeKey,
  type NoteData,
} from './graph-types.js'
import type { Group, Point } from './layout.js'
import { portsOf } from './ports.js'
import { cardSize, inletAt, outletAt, PORT_SIZE, type Size } from './sizes.js'

export type CardNode = Node<CardData, 'card'>
export type GroupNode = Node<GroupData, 'group-box' | 'group-card'>
export type NoteNode = Node<NoteData, 'note'>
export type FlowNode = CardNode | GroupNode | NoteNode
export type FlowEdge = Edge<EdgeData, 'flow'>

export interface FlowGraph {
  readonly nodes: readonly FlowNode[]
  readonly edges: readonly FlowEdge[]
}

export interface BuildOptions {
  readonly types: ReadonlyMap<string, NodeTypeDescriptor>
  readonly density: Density
  /** Of nodes that have none in the layout. */
  readonly positions: ReadonlyMap<string, Point>
}

/** Keys of groups and notes on the canvas: no node id begins so. */
export const groupKey = (id: string): string => `group:${id}`
export const noteKey = (id: string): string => `note:${id}`

/** What xyflow draws. Members of a collapsed group are replaced by one card, and their edges lead to it. */
export const buildGraph = (source: GraphSource, options: BuildOptions): FlowGraph => {
  const collapsed = collapsedGroups(source)
  const ends = new Map(
    [...collapsed].flatMap(([id, group]) => group.nodes.map((node) => [node, groupKey(id)])),
  )
  const cards = source.nodes.flatMap((node) => (ends.has(node.id) ? [] : [card(node, source, options)]))
  return {
    nodes: [...groupsOf(source, cards, options), ...cards, ...notesOf(source)],
    edges: edgesOf(source.edges, new Set(source.nodes.map(({ id }) => id)), ends),
  }
}

const collapsedGroups = ({ layout }: GraphSource): ReadonlyMap<string, Group> =>
  new Map([...layout.groups].filter(([, group]) => group.collapsed))

const card = (node: GraphSourceNode, { layout }: GraphSource, options: BuildOptions): CardNode => {
  const type = options.types.get(node.type)
  const ports = portsOf(type, node.params, node['onError'])
  const size = cardSize(options.density, ports.length)
  return {
    id: node.id,
    type: 'card',
    position: layout.positions.get(node.id) ?? options.positions.get(node.id) ?? { x: 0, y: 0 },
    ...size,
    // Known without being drawn: what is out of sight counts as well when the view is fitted.
    measured: size,
    handles: handlesOf(size, ports, type?.trigger ?? false),
    data: {
      node,
      title: typeof node['name'] === 'string' && node['name'] !== '' ? node['name'] : node.id,
      kind: type?.title ?? node.type,
      icon: type?.icon ?? '',
      category: type?.category ?? 'other',
      trigger: type?.trigger ?? false,
      ports,
      summary: summaryOf(node.params),
      density: options.density,
    },
  }
}

/** Given, not measured: edges end at the right place even where a node is not drawn in full. */
const handlesOf = (size: Size, ports: readonly string[], trigger: boolean): NonNullable<Node['handles']> => {
  const box = ({ x, y }: Point) => ({
    x: x - PORT_SIZE / 2,
    y: y - PORT_SIZE / 2,
    width: PORT_SIZE,
    height: PORT_SIZE,
  })
  return [
    ...(trigger ? [] : [{ type: 'target' as const, position: Position.Left, ...box(inletAt(size)) }]),
    ...ports.map((port, index) => ({
      id: port,
      type: 'source' as const,
      position: Position.Right,
      ...box(outletAt(size, index, ports.length)),
    })),
  ]
}

/** The first param that says something in a line. */
const summaryOf = (params: JsonObject): string =>
  Object.entries(params)
    .flatMap(([name, value]) => (isShort(value) ? [`${name}: ${String(value)}`] : []))
    .slice(0, 2)
    .join(' · ')

const isShort = (value: Json): value is string | number | boolean =>
  typeof value === 'number' || typeof value === 'boolean' || (typeof value === 'string' && value !== '')

const GROUP_PADDING = 24
const GROUP_TITLE = 28

const groupsOf = (
  { layout }: GraphSource,
  cards: readonly CardNode[],
  options: BuildOptions,
): GroupNode[] => {
  const byId = new Map(cards.map((each) => [each.id, each]))
  return [...layout.groups].flatMap(([id, group]) => {
    const node = group.collapsed
      ? collapsedCard(id, group, layout.positions, options)
      : groupBox(
          id,
          group,
          group.nodes.flatMap((member) => byId.get(member) ?? []),
        )
    return node === undefined ? [] : [node]
  })
}

const collapsedCard = (
  id: string,
  group: Group,
  positions: ReadonlyMap<string, Point>,
  options: BuildOptions,
): GroupNode => {
  const size = cardSize(options.density, 1)
  const places = group.nodes.flatMap((node) => positions.get(node) ?? options.positions.get(node) ?? [])
  return {
    id: groupKey(id),
    type: 'group-card',
    position: { x: least(places.map(({ x }) => x)), y: least(places.map(({ y }) => y)) },
    ...size,
    measured: size,
    handles: handlesOf(size, [MAIN_PORT], false),
    data: { group },
  }
}

const groupBox = (id: string, group: Group, members: readonly CardNode[]): GroupNode | undefined => {
  if (members.length === 0) return undefined
  const left = least(members.map(({ position }) => position.x)) - GROUP_PADDING
  const top = least(members.map(({ position }) => position.y)) - GROUP_PADDING - GROUP_TITLE
  const right = Math.max(...members.map(({ position, width = 0 }) => position.x + width)) + GROUP_PADDING
  const bottom = Math.max(...members.map(({ position, height = 0 }) => position.y + height)) + GROUP_PADDING
  return {
    id: groupKey(id),
    type: 'group-box',
    position: { x: left, y: top },
    width: right - left,
    height: bottom - top,
    zIndex: -1,
    data: { group },
  }
}

const least = (numbers: readonly number[]): number => (numbers.length === 0 ? 0 : Math.min(...numbers))

const notesOf = ({ layout }: GraphSource): NoteNode[] =>
  [...layout.notes].map(([id, note]) => ({
    id: noteKey(id),
    type: 'note',
    position: { x: note.x, y: note.y },
    width: note.width,
    height: note.height,
    zIndex: -1,
    data: { note },
  }))

const edgesOf = (
  edges: readonly GraphSourceEdge[],
  ids: ReadonlySet<string>,
  ends: ReadonlyMap<string, string>,
): FlowEdge[] => {
  const drawn = new Map<string, FlowEdge>()
  for (const edge of edges) {
    if (!ids.has(edge.from) || !ids.has(edge.to)) continue
    const [source, target] = [ends.get(edge.from) ?? edge.from, ends.get(edge.to) ?? edge.to]
    if (source === target) continue
    const sourceHandle = ends.has(edge.from) ? MAIN_PORT : edge.port
    const folded = ends.has(edge.from) || ends.has(edge.to)
    const id = folded ? JSON.stringify([source, sourceHandle, target]) : graphEdgeKey(edge)
    drawn.set(id, { id, source, target, sourceHandle, type: 'flow', data: { label: labelOf(edge, folded) } })
  }
  return [...drawn.values()]
}

const labelOf = (edge: GraphSourceEdge, folded: boolean): string | undefined =>
  !folded && typeof edge['when'] === 'string' && edge['when'] !== '' ? 'if …' : undefined
