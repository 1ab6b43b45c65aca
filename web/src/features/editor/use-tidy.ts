import { useCallback } from 'react'
import { runTidy, tidyRequest } from '../../components/graph/run-tidy.js'
import { sizesOf } from '../../components/graph/use-graph.js'
import { edgesOf, nodesOf } from './document/document.js'
import { useEditor } from './store/context.js'

/** Lays out what is selected, or everything when that is less than two nodes. What is laid out keeps its corner. */
export const useTidy = (): (() => void) => {
  const { store, actions, types } = useEditor()
  return useCallback(() => {
    const { document, selected } = store.getState()
    const chosen = nodesOf(document).filter(({ id }) => selected.has(id))
    const nodes = chosen.length < 2 ? nodesOf(document) : chosen
    const source = { nodes, edges: edgesOf(document), layout: document }
    void runTidy(tidyRequest(source, sizesOf(source, types)))
      .then((points) => {
        const old = nodes.flatMap(({ id }) => document.positions.get(id) ?? [])
        const left = chosen.length < 2 ? 0 : Math.min(...old.map(({ x }) => x))
        const top = chosen.length < 2 ? 0 : Math.min(...old.map(({ y }) => y))
        actions.move(new Map([...points].map(([id, { x, y }]) => [id, { x: x + left, y: y + top }])), 'Tidy')
      })
      .catch((error: unknown) => store.getState().say(`The layout failed: ${String(error)}`))
  }, [store, actions, types])
}
