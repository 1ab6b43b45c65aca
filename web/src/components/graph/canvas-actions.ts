import { createContext, useContext } from 'react'
import type { PlaceOnCanvas } from './drag.js'
import type { Point } from './layout.js'

/** What an author may do on the canvas. Absent: it only shows. Places are on the screen where not said otherwise. */
export interface CanvasActions {
  /** Undefined where the connection may be made, else why not. */
  refuse(outlet: CanvasOutlet, to: string): string | undefined
  connect(outlet: CanvasOutlet, to: string): void
  /** An outlet was clicked, or a connection was dropped where no node is. */
  choose(outlet: CanvasOutlet, at: Point): void
  /** By node id and `noteKey`. False when all stays where it was. */
  move(places: ReadonlyMap<string, PlaceOnCanvas>): boolean
  openMenu(key: string | undefined, at: Point): void
  setNoteText(key: string, text: string): void
  /** Shows a container as a card, or with its body. */
  setFolded(id: string, folded: boolean): void
  setGroup(key: string, change: { readonly title?: string; readonly collapsed?: boolean }): void
}

export interface CanvasOutlet {
  readonly from: string
  readonly port: string
}

export const CanvasActionsContext = createContext<CanvasActions | undefined>(undefined)

export const useCanvasActions = (): CanvasActions | undefined => useContext(CanvasActionsContext)
