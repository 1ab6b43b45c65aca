import '@xyflow/react/dist/base.css'
import {
  applyNodeChanges,
  Background,
  BackgroundVariant,
  type Connection,
  type EdgeChange,
  type FinalConnectionState,
  type NodeChange,
  ReactFlow,
  type ReactFlowProps,
  SelectionMode,
} from '@xyflow/react'
import {
  type KeyboardEvent,
  type ReactNode,
  useDeferredValue,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { boundsOf, boxesOf } from './boxes.js'
import type { FlowEdge as FlowEdgeType, FlowGraph, FlowNode } from './build-graph.js'
import { type CanvasActions, CanvasActionsContext } from './canvas-actions.js'
import { dragNodes, endOfDrag } from './drag.js'
import { FarEdges } from './far-edges.js'
import { FlowEdge } from './flow-edge.js'
import { FrameCard } from './frame-card.js'
import classes from './graph.module.css'
import { GroupBox, GroupCard } from './group-card.js'
import { createLiveStore, LiveContext, type LiveStore } from './live-store.js'
import { cardElementId, NodeCard } from './node-card.js'
import { NoteCard } from './note-card.js'
import { Overview } from './overview.js'
import { ReadableContext } from './readable.js'
import { Refusal } from './refusal.js'
import { reuseNodes } from './reuse.js'
import { useSlices } from './use-slices.js'
import { FIT, fittedViewport, MIN_ZOOM, useIsDrawn, useReadableZoom } from './xyflow.js'

const NODE_TYPES = {
  card: NodeCard,
  frame: FrameCard,
  'group-box': GroupBox,
  'group-card': GroupCard,
  note: NoteCard,
}
const EDGE_TYPES = { flow: FlowEdge }
const NO_EDGES: FlowEdgeType[] = []

export interface GraphCanvasProps {
  readonly graph: FlowGraph
  readonly live?: LiveStore | undefined
  /** Keys of nodes, notes, groups and edges. */
  readonly selected: ReadonlySet<string>
  readonly onSelect: (selected: ReadonlySet<string>) => void
  /** The node the keyboard is at. */
  readonly focused?: string | undefined
  readonly onOpen?: ((key: string) => void) | undefined
  readonly onKeyDown?: ((event: KeyboardEvent) => void) | undefined
  /** Without them the canvas only shows. */
  readonly actions?: CanvasActions | undefined
  readonly label: string
  readonly minimap?: boolean
  /** Laid over the canvas; may use `useCanvas`. */
  readonly children?: ReactNode
}

/**
 * Draws a graph, and turns what the pointer does into calls. One tab stop: arrow keys move within it, see
 * `onKeyDown`. Needs a ReactFlowProvider above it.
 */
export const GraphCanvas = (props: GraphCanvasProps) => {
  const { graph, live, selected, actions, focused, label, minimap = true, children } = props
  const [nothingLive] = useState(createLiveStore)
  // There from the first render on: the view is fitted to them once, when the canvas appears.
  const [nodes, setNodes] = useState(() => reuseNodes([], graph.nodes, selected))
  useEffect(() => setNodes((old) => reuseNodes(old, graph.nodes, selected)), [graph, selected])
  const readable = useReadableZoom()
  // They come a moment after the cards that have come near, and go with them: one task does not have to do it all.
  const isStillReadable = useDeferredValue(readable)
  const hasEdges = readable && isStillReadable
  // A card seen from afar has no outlets to measure. Once it has them, those that were given count again: without
  // them no edge would be drawn.
  useEffect(() => {
    if (readable) setNodes((old) => old.map((node) => ({ ...node })))
  }, [readable])
  const edges = useMemo(
    () => graph.edges.map((edge) => (selected.has(edge.id) ? { ...edge, selected: true } : edge)),
    [graph.edges, selected],
  )
  const drawn = useSlices(nodes)
  const handlers = useHandlers(props, setNodes)
  const isDrawn = useIsDrawn(focused)
  const { root, first } = useFirstView(nodes)
  return (
    <ReadableContext value={readable}>
      <LiveContext value={live ?? nothingLive}>
        <CanvasActionsContext value={actions}>
          <div
            ref={root}
            className={classes['canvas']}
            role="application"
            aria-label={label}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: the canvas is one widget with keys of its own
            tabIndex={0}
            {...(focused !== undefined && isDrawn && { 'aria-activedescendant': cardElementId(focused) })}
            onKeyDown={props.onKeyDown}
            data-canvas
          >
            {first !== undefined && (
              <ReactFlow<FlowNode, FlowEdgeType>
                nodes={drawn}
                edges={hasEdges ? edges : NO_EDGES}
                nodeTypes={NODE_TYPES}
                edgeTypes={EDGE_TYPES}
                {...handlers}
                nodesDraggable={actions !== undefined}
                nodesConnectable={actions !== undefined}
                nodesFocusable={false}
                edgesFocusable={false}
                disableKeyboardA11y
                deleteKeyCode={null}
                selectionMode={SelectionMode.Partial}
                multiSelectionKeyCode={['Shift', 'Control', 'Meta']}
                connectOnClick={false}
                onlyRenderVisibleElements
                zoomOnDoubleClick={false}
                minZoom={MIN_ZOOM}
                maxZoom={2}
                snapToGrid
                snapGrid={[4, 4]}
                {...first}
              >
                {/* From afar its dots run together, and cost a quarter of a frame. */}
                {readable && <Background variant={BackgroundVariant.Dots} gap={20} size={1} />}
                {!hasEdges && <FarEdges nodes={nodes} edges={graph.edges} selected={selected} />}
                {minimap && nodes.length > 0 && <Overview nodes={nodes} />}
                {actions !== undefined && <Refusal refuse={actions.refuse} />}
                {children}
              </ReactFlow>
            )}
          </div>
        </CanvasActionsContext>
      </LiveContext>
    </ReadableContext>
  )
}

type FirstView = Pick<ReactFlowProps, 'defaultViewport' | 'fitView' | 'fitViewOptions'>

/**
 * How the canvas begins: with the whole graph in view. Known before anything is drawn, so that nothing is drawn for
 * another view first; an empty canvas waits for its first node. Undefined until the canvas has been measured.
 */
const useFirstView = (nodes: readonly FlowNode[]) => {
  const root = useRef<HTMLDivElement>(null)
  const [first, setFirst] = useState<FirstView>()
  useLayoutEffect(() => {
    const { clientWidth: width, clientHeight: height } = root.current ?? { clientWidth: 0, clientHeight: 0 }
    setFirst(
      nodes.length === 0 || width === 0
        ? { fitView: true, fitViewOptions: FIT }
        : { defaultViewport: fittedViewport(boundsOf(boxesOf(nodes)), { width, height }) },
    )
  }, [])
  return { root, first }
}

/** Stable between renders, so that a drag draws the dragged card only. */
const useHandlers = (
  props: GraphCanvasProps,
  setNodes: (update: (nodes: FlowNode[]) => FlowNode[]) => void,
) => {
  const latest = useRef(props)
  latest.current = props
  return useMemo(() => {
    const select = (changes: readonly (NodeChange<FlowNode> | EdgeChange<FlowEdgeType>)[]) => {
      const chosen = new Set(latest.current.selected)
      let changed = false
      for (const change of changes) {
        if (change.type !== 'select' || chosen.has(change.id) === change.selected) continue
        changed = true
        if (change.selected) chosen.add(change.id)
        else chosen.delete(change.id)
      }
      if (!changed) return
      latest.current = { ...latest.current, selected: chosen }
      latest.current.onSelect(chosen)
    }
    const drop = (dragged: readonly FlowNode[]): void => {
      const { actions, graph, selected } = latest.current
      if (actions === undefined || actions.move(endOfDrag(graph.nodes, dragged))) return
      setNodes((nodes) => reuseNodes(nodes, graph.nodes, selected))
    }
    return {
      onNodesChange: (changes: NodeChange<FlowNode>[]) => {
        select(changes)
        const moves = changes.filter(({ type }) => type !== 'select' && type !== 'remove')
        if (moves.length > 0) setNodes((nodes) => dragNodes(nodes, applyNodeChanges(moves, nodes)))
      },
      onEdgesChange: (changes: EdgeChange<FlowEdgeType>[]) => select(changes),
      onNodeDragStop: (_: unknown, __: FlowNode, dragged: FlowNode[]) => drop(dragged),
      onSelectionDragStop: (_: unknown, dragged: FlowNode[]) => drop(dragged),
      onNodeDoubleClick: (_: unknown, node: FlowNode) => latest.current.onOpen?.(node.id),
      onConnect: ({ source, sourceHandle, target }: Connection) =>
        latest.current.actions?.connect({ from: source, port: sourceHandle ?? '' }, target),
      onConnectEnd: (event: MouseEvent | TouchEvent, state: FinalConnectionState) => {
        if (state.toNode !== null || state.fromHandle?.type !== 'source' || !('clientX' in event)) return
        const outlet = { from: state.fromHandle.nodeId, port: state.fromHandle.id ?? '' }
        latest.current.actions?.choose(outlet, { x: event.clientX, y: event.clientY })
      },
      isValidConnection: ({ source, sourceHandle, target }: Connection | FlowEdgeType) =>
        latest.current.actions?.refuse({ from: source, port: sourceHandle ?? '' }, target) === undefined,
      onNodeContextMenu: (event: React.MouseEvent, node: FlowNode) =>
        openMenu(event, node.id, latest.current),
      onEdgeContextMenu: (event: React.MouseEvent, edge: FlowEdgeType) =>
        openMenu(event, edge.id, latest.current),
      onPaneContextMenu: (event: React.MouseEvent | MouseEvent) => openMenu(event, undefined, latest.current),
    }
  }, [setNodes])
}

const openMenu = (
  event: React.MouseEvent | MouseEvent,
  key: string | undefined,
  { actions }: GraphCanvasProps,
): void => {
  if (actions === undefined) return
  event.preventDefault()
  actions.openMenu(key, { x: event.clientX, y: event.clientY })
}
