import { createStore } from 'zustand'
import { groupKey } from '../../../components/graph/build-graph.js'
import type { Density } from '../../../components/graph/graph-types.js'
import { around } from '../document/bodies.js'
import type { EditorDocument } from '../document/document.js'
import { EMPTY_HISTORY, type History, type Moved, record, redo, undo } from '../document/history.js'
import { applyPatch, type Patch } from '../document/patch.js'

/**
 * What the editor holds while a workflow is open.
 *
 * Owns the document, its history, and what is selected. Does not own saving: see autosave/.
 *
 * 1. The document changes through patches only: those of the author go into the history, those of a merge do not.
 * 2. Whatever is selected, focused or open exists: it is dropped with its row.
 */
export interface EditorState {
  readonly document: EditorDocument
  readonly history: History
  /** Keys of nodes, notes, groups and edges on the canvas. */
  readonly selected: ReadonlySet<string>
  /** The node the keyboard is at, or the key of a collapsed group. */
  readonly focused: string | undefined
  /**
   * The node whose panel is open, undefined for the workflow's own, and the field in it to begin at (a JSON pointer
   * within the node, or the definition).
   */
  readonly open: { readonly node: string | undefined; readonly field?: string | undefined } | undefined
  readonly density: Density
  /** For the live region: what just happened. */
  readonly said: string

  perform(label: string, patch: Patch, field?: string): void
  undo(): void
  redo(): void
  /** Rows another author changed. */
  merge(patch: Patch): void
  select(keys: ReadonlySet<string>): void
  openPanel(node: string, field?: string): void
  openSettings(field?: string): void
  closePanel(): void
  setDensity(density: Density): void
  say(words: string): void
}

/** `now`: milliseconds, of any steady clock. */
export const createEditorStore = (document: EditorDocument, now: () => number) =>
  createStore<EditorState>()((set, get) => {
    const move = (moved: Moved | undefined, verb: string): void => {
      if (moved === undefined) return set({ said: `Nothing to ${verb.toLowerCase()}` })
      const { document, history, step } = moved
      set({ ...existing(get(), document), history, said: `${verb}: ${step.label}` })
    }
    return {
      document,
      history: EMPTY_HISTORY,
      selected: new Set(),
      focused: undefined,
      open: undefined,
      density: 'normal',
      said: '',
      perform: (label, patch, field) => {
        if (patch.length === 0) return
        const history = record(get().history, { label, patch, field, at: now() })
        set({ ...existing(get(), applyPatch(get().document, patch)), history, said: label })
      },
      undo: () => move(undo(get().document, get().history), 'Undo'),
      redo: () => move(redo(get().document, get().history), 'Redo'),
      merge: (patch) => set(existing(get(), applyPatch(get().document, patch))),
      select: (selected) => {
        const focused = [...selected].findLast((key) => hasCard(get().document, key))
        set(focused === undefined ? { selected } : { selected, focused })
      },
      openPanel: (node, field) => set({ open: { node, field } }),
      openSettings: (field) => set({ open: { node: undefined, field } }),
      closePanel: () => set({ open: undefined }),
      setDensity: (density) => set({ density }),
      say: (said) => set({ said }),
    }
  })

const groupOf = ({ groups }: EditorDocument, key: string) => groups.get(key.replace(/^group:/, ''))

/** What the keyboard can be at. */
const hasCard = (document: EditorDocument, key: string): boolean =>
  document.nodes.has(key) || (key.startsWith('group:') && groupOf(document, key)?.collapsed === true)

/** Where the keyboard is after a change: what is folded away is left for what stands for it, and the other way. */
const standIn = (document: EditorDocument, focused: string): string | undefined => {
  if (!document.nodes.has(focused)) {
    const group = focused.startsWith('group:') ? groupOf(document, focused) : undefined
    return group?.collapsed === true ? focused : group?.nodes[0]
  }
  const outermost = around(document, focused).findLast((container) => document.folded.has(container))
  const shown = outermost ?? focused
  const group = [...document.groups].find(([, { collapsed, nodes }]) => collapsed && nodes.includes(shown))
  return group === undefined ? shown : groupKey(group[0])
}

export type EditorStore = ReturnType<typeof createEditorStore>

/** The document, and of selection, focus and panel what it still has. */
const existing = ({ selected, focused, open }: EditorState, document: EditorDocument) => {
  const isThere = (key: string): boolean =>
    document.nodes.has(key) ||
    document.edges.has(key) ||
    document.notes.has(key.replace(/^note:/, '')) ||
    document.groups.has(key.replace(/^group:/, ''))
  return {
    document,
    selected: new Set([...selected].filter(isThere)),
    focused: focused === undefined ? undefined : standIn(document, focused),
    open: open?.node === undefined || document.nodes.has(open.node) ? open : undefined,
  }
}
