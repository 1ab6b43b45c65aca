import { useEffect, useMemo, useRef, useState } from 'react'
import type { CanvasOutlet } from '../../components/graph/canvas-actions.js'
import type { Point } from '../../components/graph/layout.js'

/** What lies over the editor: one thing at a time. */
export type Overlay =
  | { readonly kind: 'add' }
  /** What an outlet leads to: a new node, or one there is. */
  | { readonly kind: 'connect'; readonly outlet: CanvasOutlet }
  /** `key`: a node, edge, note or group; undefined for the empty canvas. */
  | { readonly kind: 'menu'; readonly key: string | undefined; readonly at: Point }
  | { readonly kind: 'publish' }
  | { readonly kind: 'extract' }
  | { readonly kind: 'help' }
  | { readonly kind: 'condition'; readonly edge: string }
  | { readonly kind: 'group-name'; readonly group: string }

export interface Overlays {
  readonly current: Overlay | undefined
  show(overlay: Overlay): void
  close(): void
  readonly chooseFor: (outlet: CanvasOutlet) => void
  readonly openMenu: (key: string | undefined, at: Point) => void
}

export const useOverlays = (): Overlays => {
  const [current, setCurrent] = useState<Overlay>()
  useReturnedFocus(current !== undefined)
  const calls = useMemo(
    () => ({
      show: (overlay: Overlay) => setCurrent(overlay),
      close: () => setCurrent(undefined),
      chooseFor: (outlet: CanvasOutlet) => setCurrent({ kind: 'connect', outlet }),
      openMenu: (key: string | undefined, at: Point) => setCurrent({ kind: 'menu', key, at }),
    }),
    [],
  )
  return useMemo(() => ({ current, ...calls }), [current, calls])
}

/** When the overlay goes, the keyboard is back where it was, unless something else has taken it meanwhile. */
const useReturnedFocus = (isOpen: boolean): void => {
  const before = useRef<Element>(undefined)
  const wasOpen = useRef(false)
  if (isOpen && !wasOpen.current) before.current = window.document.activeElement ?? undefined
  wasOpen.current = isOpen
  useEffect(() => {
    const { activeElement, body } = window.document
    if (isOpen || !(before.current instanceof HTMLElement)) return
    if (activeElement === null || activeElement === body) before.current.focus({ preventScroll: true })
    before.current = undefined
  }, [isOpen])
}
