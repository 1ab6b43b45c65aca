import { useMemo } from 'react'
import type { FlowNode } from '../../components/graph/build-graph.js'
import { cornersOf, frameAt, type PlaceOnCanvas } from '../../components/graph/drag.js'
import type { Point } from '../../components/graph/layout.js'
import { BODY_CORNER, cardSize, frameSize, type Size } from '../../components/graph/sizes.js'
import { containerOf } from './document/document.js'
import { freePlace, placeBehind, sizesIn } from './document/placing.js'
import type { NodeTypes } from './document/rename.js'
import { useEditor } from './store/context.js'

/** Where new nodes go, by what stands on the canvas now. */
export const usePlaces = () => {
  const { store, types } = useEditor()
  return useMemo(() => {
    const now = () => {
      const { document, density } = store.getState()
      return { document, sizeOf: sizesIn(document, types, density) }
    }
    const freeAt = (at: Point, container: string | undefined, type?: string): PlaceOnCanvas => {
      const { document, sizeOf } = now()
      return { ...freePlace(document, { ...at, ...sizeOfNew(types, type) }, container, sizeOf), container }
    }
    return {
      /** At a place in a container, or the first one below with room for a new node of the type. */
      freeAt,
      /** At a point of the canvas: in the frame that is there. */
      freeIn: (at: Point, drawn: readonly FlowNode[], type: string): PlaceOnCanvas => {
        const container = frameAt(drawn, at)
        const corner = cornersOf(drawn).get(container ?? '') ?? { x: 0, y: 0 }
        return freeAt({ x: at.x - corner.x, y: at.y - corner.y }, container, type)
      },
      /** Beside a node, in its container. */
      behind: (id: string, type: string): PlaceOnCanvas => {
        const { document, sizeOf } = now()
        const place = placeBehind(document, id, sizeOfNew(types, type), sizeOf)
        return { ...place, container: containerOf(document, id) }
      },
    }
  }, [store, types])
}

/** A container comes with one node in it. */
const sizeOfNew = (types: NodeTypes, type: string | undefined): Size => {
  const card = cardSize('normal', 1)
  return types.get(type ?? '')?.container === true ? frameSize([{ ...BODY_CORNER, ...card }]) : card
}
