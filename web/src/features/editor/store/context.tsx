import { createContext, type ReactNode, useContext } from 'react'
import { useStore } from 'zustand'
import type { NodeTypes } from '../document/rename.js'
import type { EditorActions } from './editor-actions.js'
import type { EditorState, EditorStore } from './editor-store.js'

/** The open workflow, for every part of the editor. */
interface EditorContextValue {
  readonly store: EditorStore
  readonly actions: EditorActions
  readonly types: NodeTypes
}

const EditorContext = createContext<EditorContextValue | undefined>(undefined)

export const EditorProvider = ({
  value,
  children,
}: {
  readonly value: EditorContextValue
  readonly children: ReactNode
}) => <EditorContext value={value}>{children}</EditorContext>

export const useEditor = (): EditorContextValue => {
  const value = useContext(EditorContext)
  if (value === undefined) throw new Error('useEditor needs an EditorProvider above it')
  return value
}

export const useEditorState = <T,>(selector: (state: EditorState) => T): T =>
  useStore(useEditor().store, selector)
