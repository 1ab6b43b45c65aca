import { useCallback } from 'react'
import { runTidy, tidyRequest } from '../../components/graph/run-tidy.js'
import { normalSizes } from '../../components/graph/use-graph.js'
import { withBodies } from './document/bodies.js'
import { containerOf, containersOf, type EditorDocument, edgesOf, nodesOf } from './document/document.js'
import { useEditor } from './store/context.js'

/**
 * Lays out what is selected in one body, the body of the one container that is selected, or everything. Bodies are
 * laid out with their containers. What is laid out keeps its corner.
 */
export const useTidy = (): (() => void) => {
  const { store, actions, types } = useEditor()
  return useCallback(() => {
    const { document, selected } = store.getState()
    const source = sourceOf(document)
    const chosen = withBodies(document, outermostOf(document, selected))
    const part = { ...source, nodes: source.nodes.filter(({ id }) => chosen.has(id)) }
    const isPart = chosen.size < source.nodes.length
    void runTidy(tidyRequest(part, normalSizes(source, types)))
      .then((points) => {
        const top = [...points.keys()].filter((id) => !chosen.has(containerOf(document, id) ?? ''))
        const old = top.flatMap((id) => document.positions.get(id) ?? [])
        const shift = isPart
          ? { x: Math.min(...old.map(({ x }) => x)), y: Math.min(...old.map(({ y }) => y)) }
          : { x: 0, y: 0 }
        const moved = new Set(top)
        actions.arrange(
          new Map(
            [...points].map(([id, { x, y }]) => [
              id,
              moved.has(id) ? { x: x + shift.x, y: y + shift.y } : { x, y },
            ]),
          ),
        )
      })
      .catch((error: unknown) => store.getState().say(`The layout failed: ${String(error)}`))
  }, [store, actions, types])
}

const sourceOf = (document: EditorDocument) => ({
  nodes: nodesOf(document),
  edges: edgesOf(document),
  containers: containersOf(document),
  layout: document,
})

/** The nodes that are laid out beside each other, all of one body. */
const outermostOf = (document: EditorDocument, selected: ReadonlySet<string>): ReadonlySet<string> => {
  const chosen = [...selected].filter((id) => document.nodes.has(id))
  const [first] = chosen
  if (chosen.length === 1 && first !== undefined) {
    const body = [...document.nodes.keys()].filter((id) => containerOf(document, id) === first)
    if (body.length > 0) return new Set(body)
  }
  const container = first === undefined || chosen.length < 2 ? undefined : containerOf(document, first)
  const among = chosen.length < 2 ? [...document.nodes.keys()] : chosen
  return new Set(among.filter((id) => containerOf(document, id) === container))
}
