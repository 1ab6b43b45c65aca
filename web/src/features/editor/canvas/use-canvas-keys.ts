import type { RefObject } from 'react'
import type { FlowGraph } from '../../../components/graph/build-graph.js'
import { cardElementId } from '../../../components/graph/node-card.js'
import { traverse } from '../../../components/graph/traverse.js'
import { useEditor } from '../store/context.js'
import { useKeyCommands } from './use-key-commands.js'

/** Arrow keys go from node to node. */
export const useCanvasKeys = (graph: FlowGraph | undefined, root: RefObject<HTMLDivElement | null>) => {
  const { store } = useEditor()
  const cardOf = (id: string | undefined): Element | null =>
    id === undefined ? null : (root.current?.querySelector(`#${CSS.escape(cardElementId(id))}`) ?? null)
  return useKeyCommands({
    go: (key, extend) => {
      const { focused, selected, select } = store.getState()
      const next = graph === undefined ? undefined : traverse(graph, focused, key)
      if (next === undefined) return
      select(new Set(extend ? [...selected, next] : [next]))
    },
    whereIsFocus: () => {
      const box = (cardOf(store.getState().focused) ?? root.current)?.getBoundingClientRect()
      return { x: (box?.left ?? 0) + 24, y: (box?.top ?? 0) + 24 }
    },
  })
}
