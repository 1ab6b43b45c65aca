import { createContext, useContext } from 'react'
import type { Overlays } from './overlays.js'

/** What all parts of the editor may show or start. */
export interface EditorUi {
  readonly overlays: Overlays
  /** Lays out what is selected, or everything. */
  tidy(): void
  showOutline(): void
}

export const EditorUiContext = createContext<EditorUi | undefined>(undefined)

export const useEditorUi = (): EditorUi => {
  const ui = useContext(EditorUiContext)
  if (ui === undefined) throw new Error('useEditorUi needs the editor above it')
  return ui
}
