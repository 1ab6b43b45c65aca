import { type Json, type JsonObject, MAIN_PORT } from '@millrace/contracts'
import { portsOf } from '@millrace/engine'
import { type Edge, type Node, Position } from '@xyflow/react'
import {
  type CardData,
  type EdgeData,
  type GraphSource,
  type GraphSourceEdge,
  type GraphSourceNode,
  type GroupData,
  graphEdgeKey,
  type NoteData,
} from './graph-types.js'
import type { Group, Point } from './layout.js'
import { insideOf, isFrame, type MeasureOptions, measure } from './measure.js'
import { BODY_CORNER, cardSize, inletAt, outletAt, PORT_SIZE, type Size } from './sizes.js'

/** A node: a card, or the frame around the body of an open container. */
export type CardNode = Node<CardData, 'card' | 'frame'>
export type GroupNode = Node<GroupData, 'group-box' | 'group-card'>
export type NoteNode = Node<NoteData, 'note'>
export type FlowNode = CardNode | GroupNode | NoteNode
export type FlowEdge = Edge<EdgeData, 'flow'>

export interface FlowGraph {
  readonly nodes: readonly FlowNode[]
  readonly edges: readonly FlowEdge[]
}

type BuildOptions = MeasureOptions

/** Keys of groups and notes on the canvas: no node id begins so. */
export const groupKey = (id: string): string => `group:${id}`
export const noteKey = (id: string): string => `note:${id}`

/** What xyflow draws. What a collapsed group or a folded container stands for is not drawn: edges lead to it instead. */
export const buildGraph = (source: GraphSource, options: BuildOptions): FlowGraph => {
  const drawing = draw(source, options)
  const cards = source.nodes.flatMap((node) =>
    drawing.keyOf(node.id) === node.id ? [card(node, drawing)] : [],
  )
  return {
    nodes: outermostFirst([...groupsOf(drawing, cards), ...cards, ...notesOf(source)]),
    edges: [
      ...edgesOf(source.edges, new Set(source.nodes.map(({ id }) => id)), drawing.keyOf),
      ...undoLinks(drawing, cards),
    ],
  }
}

interface Drawing {
  readonly source: GraphSource
  readonly options: BuildOptions
  readonly sizes: ReadonlyMap<string, Size>
  readonly inside: ReturnType<typeof insideOf>
  /** What stands on the canvas for a node: itself, a collapsed group, a folded container. */
  readonly keyOf: (id: string) => string
}

const draw = (source: GraphSource, options: BuildOptions): Drawing => ({
  source,
  options,
  sizes: measure(source, options),
  inside: insideOf(source),
  keyOf: standIns(source),
})

const standIns = ({ containers, layout }: GraphSource): ((id: string) => string) => {
  const groups = new Map(
    [...layout.groups].flatMap(([id, { collapsed, nodes }]) =>
      collapsed ? nodes.map((node) => [node, groupKey(id)] as const) : [],
    ),
  )
  const keyOf = (id: string): string => {
    const container = containers.get(id)
    const around = container === undefined ? undefined : keyOf(container)
    const isHidden = container !== undefined && (around !== container || layout.folded.has(container))
    return isHidden && around !== undefined ? around : (groups.get(id) ?? id)
  }
  return keyOf
}

/** xyflow wants to know a frame before what stands in it. */
const outermostFirst = (nodes: readonly FlowNode[]): FlowNode[] => {
  const depths = new Map<string, number>()
  const parents = new Map(nodes.map(({ id, parentId }) => [id, parentId]))
  const depthOf = (id: string): number => {
    const parent = parents.get(id)
    const depth = depths.get(id) ?? (parent === undefined ? 0 : depthOf(parent) + 1)
    depths.set(id, depth)
    return depth
  }
  return nodes.toSorted((one, other) => depthOf(one.id) - depthOf(other.id))
}

const placeOf = (id: string, { source, options }: Drawing): Point =>
  source.layout.positions.get(id) ??
  options.positions.get(id) ??
  (source.containers.has(id) ? BODY_CORNER : { x: 0, y: 0 })

const parentOf = (id: string | undefined, { source }: Drawing): { parentId?: string } => {
  const parentId = source.containers.get(id ?? '')
  return parentId === undefined ? {} : { parentId }
}

const card = (node: GraphSourceNode, drawing: Drawing): CardNode => {
  const { source, options, sizes, inside } = drawing
  const type = options.types.get(node.type)
  const ports = portsOf(type, node.params, node['onError'])
  const size = sizes.get(node.id) ?? cardSize(options.density, ports.length)
  return {
    id: node.id,
    type: isFrame(node, inside, source.layout.folded, options.types) ? 'frame' : 'card',
    ...parentOf(node.id, drawing),
    position: placeOf(node.id, drawing),
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
      inside: inside.get(node.id)?.length ?? (type?.container === true ? 0 : undefined),
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

const groupsOf = (drawing: Drawing, cards: readonly CardNode[]): GroupNode[] => {
  const byId = new Map(cards.map((each) => [each.id, each]))
  return [...drawing.source.layout.groups].flatMap(([id, group]) => {
    const [first] = group.nodes
    const isHidden = first !== undefined && ![first, groupKey(id)].includes(drawing.keyOf(first))
    if (isHidden) return []
    const members = group.nodes.flatMap((member) => byId.get(member) ?? [])
    const node = group.collapsed ? collapsedCard(id, group, drawing) : groupBox(id, group, members)
    return node === undefined ? [] : [{ ...node, ...parentOf(first, drawing) }]
  })
}

const collapsedCard = (id: string, group: Group, drawing: Drawing): GroupNode => {
  const size = cardSize(drawing.options.density, 1)
  const places = group.nodes.map((node) => placeOf(node, drawing))
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
  keyOf: Drawing['keyOf'],
): FlowEdge[] => {
  const drawn = new Map<string, FlowEdge>()
  for (const edge of edges) {
    if (!ids.has(edge.from) || !ids.has(edge.to)) continue
    const [source, target] = [keyOf(edge.from), keyOf(edge.to)]
    if (source === target) continue
    const sourceHandle = source === edge.from ? edge.port : MAIN_PORT
    const folded = source !== edge.from || target !== edge.to
    const id = folded ? JSON.stringify([source, sourceHandle, target]) : graphEdgeKey(edge)
    drawn.set(id, { id, source, target, sourceHandle, type: 'flow', data: { label: labelOf(edge, folded) } })
  }
  return [...drawn.values()]
}

/** From each node to the one that undoes it: to be seen, not to be selected. */
const undoLinks = ({ source: { nodes }, keyOf }: Drawing, cards: readonly CardNode[]): FlowEdge[] => {
  const outlets = new Map(cards.map(({ id, data }) => [id, data.ports[0]]))
  const ids = new Set(nodes.map(({ id }) => id))
  return nodes.flatMap(({ id: owner, compensate }) => {
    if (typeof compensate !== 'string' || !ids.has(compensate)) return []
    const [source, target] = [keyOf(owner), keyOf(compensate)]
    if (source === target) return []
    const id = JSON.stringify(['undone by', owner, compensate])
    const sourceHandle = outlets.get(source) ?? MAIN_PORT
    const data = { label: undefined, undoes: true }
    return [{ id, source, target, sourceHandle, type: 'flow' as const, selectable: false, data }]
  })
}

const labelOf = (edge: GraphSourceEdge, folded: boolean): string | undefined =>
  !folded && typeof edge['when'] === 'string' && edge['when'] !== '' ? 'if …' : undefined
