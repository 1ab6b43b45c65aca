import type { DefinitionProblem, Json, JsonObject, UnfinishedText } from '@millrace/contracts'
import { useMemo } from 'react'
import { isObject } from '../../components/graph/layout.js'
import { containersOf, type EdgeDraft, edgesOf, type NodeDraft, nodesOf } from './document/document.js'
import type { NodeTypes } from './document/rename.js'
import type { LocatedProblem } from './problems/locate.js'
import { useEditor, useEditorState } from './store/context.js'
import type { EditorStore } from './store/editor-store.js'

/** What the config panel of a node gets: the workflow as it stands in the editor, and ways to change the node. */
export interface PanelContext {
  readonly nodeId: string
  /** JSON pointer within the node: where to begin. */
  readonly field: string | undefined
  readonly workflowName: string
  readonly nodes: readonly NodeDraft[]
  readonly edges: readonly EdgeDraft[]
  /** The container of each node that is in one. */
  readonly containers: ReadonlyMap<string, string>
  readonly vars: JsonObject
  readonly types: NodeTypes
  /** Of the node; pointers begin at it. */
  readonly problems: readonly DefinitionProblem[]
  /** Kept outputs of steps, by node id: they go with the layout, and never change what runs. */
  readonly pins: Json | undefined
  /** What is typed into its form and is no value yet; pointers begin at the node. */
  readonly texts: readonly UnfinishedText[]
  change(node: NodeDraft): void
  changeTexts(texts: readonly Omit<UnfinishedText, 'node'>[]): void
  setPins(pins: Json): void
  /** Why it may not be called that; undefined when it is. */
  rename(id: string): string | undefined
  close(): void
  /** Stores the draft as it stands, and gives its revision. Throws ApiError. */
  saveDraft(): Promise<number>
}

/** One object: what is made from the variables is not made anew while there are none. */
const NO_VARS: JsonObject = {}

/** Undefined while no panel is open. */
export const usePanelContext = (
  problems: readonly LocatedProblem[],
  saveDraft: () => Promise<number>,
): PanelContext | undefined => {
  const { store, actions, types } = useEditor()
  const nodeId = useEditorState((state) => state.open?.node)
  const field = useEditorState((state) => state.open?.field)
  const { nodes, edges, fields, extras, texts } = useEditorState((state) => state.document)
  const lists = useMemo(
    () => ({ nodes: nodesOf({ nodes }), edges: edgesOf({ edges }), containers: containersOf({ nodes }) }),
    [nodes, edges],
  )
  const own = useMemo(
    () =>
      problems.flatMap(({ problem, node, field: pointer }) =>
        node === nodeId ? [{ ...problem, pointer }] : [],
      ),
    [problems, nodeId],
  )
  if (nodeId === undefined) return undefined
  const [name, vars] = [fields.get('name'), fields.get('vars')]
  return {
    ...lists,
    nodeId,
    field,
    types,
    workflowName: typeof name === 'string' ? name : '',
    vars: isObject(vars) ? vars : NO_VARS,
    problems: own,
    texts: [...texts.values()].filter((text) => text.node === nodeId),
    changeTexts: (next) => actions.setTexts(nodeId, next),
    pins: extras.get('pins'),
    change: (node) => actions.replaceNode(nodeId, node),
    setPins: actions.setPins,
    rename: (id) => actions.rename(nodeId, id),
    close: () => closePanel(store),
    saveDraft,
  }
}

/** What the panel of the workflow itself gets. */
export interface SettingsContext
  extends Pick<PanelContext, 'field' | 'workflowName' | 'nodes' | 'vars' | 'types'> {
  /** Members of the definition, without nodes and edges. */
  readonly members: JsonObject
  /** Pointers begin at the definition. */
  readonly problems: readonly DefinitionProblem[]
  /** Undefined takes the member away. */
  change(member: string, value: Json | undefined): void
  /** What is typed into its form and is no value yet; pointers begin at the definition. */
  readonly texts: readonly UnfinishedText[]
  changeTexts(texts: readonly Omit<UnfinishedText, 'node'>[]): void
  close(): void
}

/** Undefined while that panel is closed. */
export const useSettingsContext = (problems: readonly LocatedProblem[]): SettingsContext | undefined => {
  const { store, actions, types } = useEditor()
  const open = useEditorState((state) => state.open)
  const { nodes, fields, texts } = useEditorState((state) => state.document)
  const inOrder = useMemo(() => nodesOf({ nodes }), [nodes])
  const own = useMemo(
    () =>
      problems.flatMap(({ problem, node, edge }) =>
        node === undefined && edge === undefined ? [problem] : [],
      ),
    [problems],
  )
  if (open === undefined || open.node !== undefined) return undefined
  const [name, vars] = [fields.get('name'), fields.get('vars')]
  return {
    field: open.field,
    workflowName: typeof name === 'string' ? name : '',
    nodes: inOrder,
    vars: isObject(vars) ? vars : NO_VARS,
    types,
    members: Object.fromEntries(fields),
    problems: own,
    change: actions.setField,
    texts: [...texts.values()].filter((text) => text.node === undefined),
    changeTexts: (next) => actions.setTexts(undefined, next),
    close: () => closePanel(store),
  }
}

/** The keyboard goes back to the canvas. */
const closePanel = (store: EditorStore): void => {
  store.getState().closePanel()
  window.document.querySelector<HTMLElement>('[data-canvas]')?.focus()
}
