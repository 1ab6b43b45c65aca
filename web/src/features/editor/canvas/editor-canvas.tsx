import { type ClipboardEvent, type DragEvent, type KeyboardEvent, useMemo, useRef } from 'react'
import type { CanvasActions } from '../../../components/graph/canvas-actions.js'
import { GraphCanvas } from '../../../components/graph/graph-canvas.js'
import type { GraphSource } from '../../../components/graph/graph-types.js'
import type { Point } from '../../../components/graph/layout.js'
import type { LiveStore } from '../../../components/graph/live-store.js'
import { Reveal } from '../../../components/graph/reveal.js'
import { BODY_CORNER } from '../../../components/graph/sizes.js'
import { useGraph } from '../../../components/graph/use-graph.js'
import { useCanvas } from '../../../components/graph/xyflow.js'
import { containerOf, containersOf, type EditorDocument, edgesOf, nodesOf } from '../document/document.js'
import classes from '../editor.module.css'
import { useEditor, useEditorState } from '../store/context.js'
import { useEditorUi } from '../ui-context.js'
import { usePlaces } from '../use-places.js'
import { NODE_TYPE_MIME } from './drag-type.js'
import { useCanvasKeys } from './use-canvas-keys.js'

interface EditorCanvasProps {
  readonly live: LiveStore
}

/** The canvas an author works on. */
export const EditorCanvas = ({ live }: EditorCanvasProps) => {
  const { store, actions, types } = useEditor()
  const document = useEditorState((state) => state.document)
  const density = useEditorState((state) => state.density)
  const selected = useEditorState((state) => state.selected)
  const focused = useEditorState((state) => state.focused)
  const source = useSource(document)
  const graph = useGraph(source, types, density)
  const canvas = useCanvas()
  const root = useRef<HTMLDivElement>(null)
  const { freeAt, freeIn } = usePlaces()
  const canvasActions = useCanvasActionsOf()
  const onKeyDown = useCanvasKeys(graph, root)

  const paste = (event: ClipboardEvent): void => {
    if (isTyping(event.target)) return
    event.preventDefault()
    const { focused, document: now } = store.getState()
    const container = focused === undefined ? undefined : containerOf(now, focused)
    const at = container === undefined ? centreOf(root.current, canvas.screenToFlowPosition) : BODY_CORNER
    actions.paste(event.clipboardData.getData('text/plain'), freeAt(at, container))
  }
  const copy = (event: ClipboardEvent, cut: boolean): void => {
    if (isTyping(event.target) || store.getState().selected.size === 0) return
    event.preventDefault()
    event.clipboardData.setData('text/plain', actions.copySelection())
    if (cut) actions.deleteSelection()
    else store.getState().say('Copied')
  }
  const drop = (event: DragEvent): void => {
    const type = event.dataTransfer.getData(NODE_TYPE_MIME)
    if (type === '') return
    event.preventDefault()
    const at = canvas.screenToFlowPosition({ x: event.clientX, y: event.clientY })
    actions.add(type, freeIn(at, graph?.nodes ?? [], type))
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what is dropped and pasted reaches the canvas inside
    <div
      ref={root}
      className={classes['canvas']}
      data-region
      onPaste={paste}
      onCopy={(event) => copy(event, false)}
      onCut={(event) => copy(event, true)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={drop}
    >
      {graph !== undefined && (
        <GraphCanvas
          graph={graph}
          live={live}
          label="Workflow canvas. Press ? for its keys."
          selected={selected}
          focused={focused}
          onSelect={store.getState().select}
          onOpen={(key) =>
            key.startsWith('group:')
              ? actions.setGroup(key, { collapsed: false })
              : store.getState().openPanel(key)
          }
          onKeyDown={(event: KeyboardEvent) => {
            if (!isTyping(event.target)) onKeyDown(event)
          }}
          actions={canvasActions}
        >
          <Reveal graph={graph} selected={focused} />
        </GraphCanvas>
      )}
    </div>
  )
}

const isTyping = (target: EventTarget): boolean =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement

const centreOf = (element: Element | null, toCanvas: (point: Point) => Point): Point => {
  const box = element?.getBoundingClientRect()
  return box === undefined
    ? { x: 0, y: 0 }
    : toCanvas({ x: box.left + box.width / 2 - 110, y: box.top + box.height / 2 - 30 })
}

/** The same object while nothing the canvas draws has changed. */
const useSource = ({ nodes, edges, positions, notes, groups, folded }: EditorDocument): GraphSource => {
  const nodeList = useMemo(() => nodesOf({ nodes }), [nodes])
  const edgeList = useMemo(() => edgesOf({ edges }), [edges])
  const containers = useMemo(() => containersOf({ nodes }), [nodes])
  return useMemo(
    () => ({ nodes: nodeList, edges: edgeList, containers, layout: { positions, notes, groups, folded } }),
    [nodeList, edgeList, containers, positions, notes, groups, folded],
  )
}

const useCanvasActionsOf = (): CanvasActions => {
  const { actions } = useEditor()
  const { chooseFor, openMenu } = useEditorUi().overlays
  return useMemo(
    () => ({
      refuse: actions.refuse,
      connect: actions.connect,
      choose: (outlet) => chooseFor(outlet),
      move: actions.move,
      openMenu,
      setFolded: actions.setFolded,
      setNoteText: actions.setNoteText,
      setGroup: actions.setGroup,
    }),
    [actions, chooseFor, openMenu],
  )
}
