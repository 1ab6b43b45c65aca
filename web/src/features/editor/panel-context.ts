import type { Json, JsonObject, NodeTypeDescriptor } from '@millrace/contracts'
import { useMemo } from 'react'
import type { NodeDraft } from './document/document.js'
import { writeDocument } from './document/json.js'
import type { LocatedProblem } from './problems/locate.js'
import { useEditor, useEditorState } from './store/context.js'

/** What the config panel of a node gets: the node in its definition, and ways to change it. */
export interface PanelContext {
  readonly node: NodeDraft
  /** Undefined for a type this server does not have. */
  readonly type: NodeTypeDescriptor | undefined
  readonly definition: JsonObject
  /** Of this node. */
  readonly problems: readonly LocatedProblem[]
  /** JSON pointer within the node: where to begin. */
  readonly field: string | undefined
  /** Members of the node; undefined takes one away. Not its id. */
  set(members: { readonly [member: string]: Json | undefined }): void
  /** Why it may not be called that; undefined when it is. */
  rename(id: string): string | undefined
  close(): void
}

/** Undefined while no panel is open. */
export const usePanelContext = (problems: readonly LocatedProblem[]): PanelContext | undefined => {
  const { store, actions, types } = useEditor()
  const open = useEditorState((state) => state.open)
  const document = useEditorState((state) => state.document)
  return useMemo(() => {
    const node = open === undefined ? undefined : document.nodes.get(open.node)?.node
    if (node === undefined) return undefined
    return {
      node,
      type: types.get(node.type),
      definition: writeDocument(document),
      problems: problems.filter((each) => each.node === node.id),
      field: open?.field,
      set: (members) => actions.setNode(node.id, members),
      rename: (id) => actions.rename(node.id, id),
      close: () => {
        store.getState().openPanel(undefined)
        window.document.querySelector<HTMLElement>('[data-canvas]')?.focus()
      },
    }
  }, [open, document, problems, types, actions, store])
}
