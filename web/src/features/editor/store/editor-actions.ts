import type { Json, UnfinishedText } from '@millrace/contracts'
import { groupKey, noteKey } from '../../../components/graph/build-graph.js'
import type { CanvasOutlet } from '../../../components/graph/canvas-actions.js'
import type { PlaceOnCanvas } from '../../../components/graph/drag.js'
import type { Point } from '../../../components/graph/layout.js'
import { copy, duplicate, type PasteAt, paste, readClip } from '../document/clipboard.js'
import * as commands from '../document/commands.js'
import { refuseConnection } from '../document/connections.js'
import { firstInside, moveTo, refuseMove } from '../document/containers.js'
import { type NodeDraft, nameOf } from '../document/document.js'
import { freshId, idForType } from '../document/ids.js'
import { withRoom } from '../document/make-room.js'
import { applyPatch, joinPatches, type Patch } from '../document/patch.js'
import { sizesIn } from '../document/placing.js'
import { type NodeTypes, refuseId, renameNode } from '../document/rename.js'
import type { EditorStore } from './editor-store.js'

export type EditorActions = ReturnType<typeof createEditorActions>

/** What menus, keys and the canvas do: each is one command, and one step of the history. */
export const createEditorActions = (store: EditorStore, types: NodeTypes) => {
  const get = store.getState
  const selection = (): commands.Selection => {
    const { document, selected } = get()
    const notes = [...selected].flatMap((key) => (key.startsWith('note:') ? [key.slice('note:'.length)] : []))
    const grouped = [...selected].flatMap(
      (key) => document.groups.get(key.replace(/^group:/, ''))?.nodes ?? [],
    )
    return {
      nodes: new Set([...[...selected].filter((key) => document.nodes.has(key)), ...grouped]),
      edges: new Set([...selected].filter((key) => document.edges.has(key))),
      notes: new Set(notes),
    }
  }
  const count = ({ nodes, edges, notes }: commands.Selection): string => {
    const size = nodes.size + notes.size || edges.size
    return size === 1 ? '1 item' : `${size} items`
  }
  const name = (id: string): string => {
    const node = get().document.nodes.get(id)?.node
    return node === undefined ? id : nameOf(node)
  }
  /** Frames that grow by it push their neighbours away, in the same step. */
  const performWithRoom = (label: string, patch: Patch, field?: string): void => {
    const { document, density, perform } = get()
    perform(
      label,
      withRoom(document, patch, (each) => sizesIn(each, types, density)),
      field,
    )
  }

  return {
    /** Adds a node of a type, connected to `behind` where given, and selects it. A container comes with a body. */
    add: (type: string, { container, ...at }: PlaceOnCanvas, behind?: CanvasOutlet): void => {
      const { document } = get()
      const id = idForType(type, document.nodes)
      const node = commands.newNode(id, type)
      const added = commands.addNode(document, { node, at, container, behind })
      const after = applyPatch(document, added)
      const refusal = refuseMove(after, types, id, container)
      if (refusal !== undefined) return get().say(refusal)
      const inside = firstInside(document, types, { id, type: types.get(type) })
      const filled = inside === undefined ? [] : commands.addNode(after, inside)
      performWithRoom(`Add ${types.get(type)?.title ?? type}`, joinPatches(added, filled))
      get().select(new Set([id]))
    },

    connect: (outlet: CanvasOutlet, to: string): void => {
      const refusal = refuseConnection(get().document, types, outlet, to)
      if (refusal !== undefined) return get().say(refusal)
      const label = `Connect ${name(outlet.from)} to ${name(to)}`
      get().perform(label, commands.connect(get().document, { ...outlet, to }))
    },

    refuse: (outlet: CanvasOutlet, to: string): string | undefined =>
      refuseConnection(get().document, types, outlet, to),

    /** By node id and note key; says what could not be moved, and what was cut off. False when nothing changed. */
    move: (places: ReadonlyMap<string, PlaceOnCanvas>): boolean => {
      const plain = new Map([...places].map(([key, place]) => [key.replace(/^note:/, ''), place]))
      const { patch, cut, refusals } = moveTo(get().document, types, plain)
      performWithRoom('Move', patch)
      const lost =
        cut === 0 ? [] : [`${cut} ${cut === 1 ? 'connection' : 'connections'} across the rim removed.`]
      if (refusals.length > 0 || cut > 0) get().say([...refusals, ...lost].join(' '))
      return patch.length > 0
    },

    /** Within their containers, by node id. */
    arrange: (points: ReadonlyMap<string, Point>): void =>
      performWithRoom('Tidy', commands.place(get().document, points)),

    setFolded: (id: string, folded: boolean): void =>
      performWithRoom(folded ? 'Collapse' : 'Expand', commands.setFolded(get().document, id, folded)),

    nudge: (by: Point): void => {
      const { document } = get()
      const { nodes, notes } = selection()
      const points = [...nodes, ...notes].flatMap((id) => {
        const at = document.positions.get(id) ?? document.notes.get(id)
        return at === undefined ? [] : [[id, { x: at.x + by.x, y: at.y + by.y }] as const]
      })
      performWithRoom(
        'Move',
        commands.place(document, new Map(points)),
        `nudge ${[...nodes, ...notes].join()}`,
      )
    },

    deleteSelection: (): void => {
      const chosen = selection()
      get().perform(`Delete ${count(chosen)}`, commands.remove(get().document, chosen))
    },

    /** Members of selected groups as well. */
    selectedNodes: (): ReadonlySet<string> => selection().nodes,

    /** JSON of what is selected. */
    copySelection: (): string => copy(get().document, selection(), types),

    paste: (text: string, at: PasteAt): void => {
      const clip = readClip(text)
      if (clip === undefined) return get().say('The clipboard holds no nodes: copy some on a canvas first.')
      const { patch, ids } = paste(get().document, clip, at, types)
      const target = at.container
      const after = applyPatch(get().document, patch)
      const refusals = [...ids].flatMap((id) => refuseMove(after, types, id, target) ?? [])
      if (refusals[0] !== undefined) return get().say(refusals[0])
      performWithRoom(`Paste ${ids.size} nodes`, patch)
      get().select(ids)
    },

    duplicate: (): void => {
      const { patch, ids } = duplicate(get().document, selection(), types)
      performWithRoom(`Duplicate ${ids.size} nodes`, patch)
      if (ids.size > 0) get().select(ids)
    },

    group: (): void => {
      const { document } = get()
      const id = freshId('group', document.groups)
      const { nodes } = selection()
      get().perform('Group', commands.addGroup(document, id, { title: 'Group', nodes }))
      get().select(new Set([groupKey(id)]))
    },

    ungroup: (key: string): void =>
      get().perform('Ungroup', commands.removeGroup(get().document, key.replace(/^group:/, ''))),

    setGroup: (key: string, change: { readonly title?: string; readonly collapsed?: boolean }): void => {
      const label = change.collapsed === undefined ? 'Name group' : change.collapsed ? 'Collapse' : 'Expand'
      get().perform(label, commands.setGroup(get().document, key.replace(/^group:/, ''), change))
    },

    addNote: ({ x, y }: Point): void => {
      const id = freshId('note', get().document.notes)
      const note = { x, y, width: 220, height: 96, text: '' }
      get().perform('Add note', commands.setNote(get().document, id, note))
      get().select(new Set([noteKey(id)]))
    },

    setNoteText: (key: string, text: string): void => {
      const id = key.replace(/^note:/, '')
      const note = get().document.notes.get(id)
      if (note !== undefined)
        get().perform('Edit note', commands.setNote(get().document, id, { ...note, text }))
    },

    /** What the panel made of a node. Its id stays: see `rename`. */
    replaceNode: (id: string, node: NodeDraft): void => {
      const before = get().document.nodes.get(id)?.node
      const gone = Object.keys(before ?? {}).filter((member) => !(member in node))
      const members = { ...Object.fromEntries(gone.map((member) => [member, undefined])), ...node, id }
      get().perform(`Edit ${name(id)}`, commands.setNode(get().document, id, members), `node ${id}`)
    },

    /** What a form holds that is no value yet, joined with what it makes of the node or field. */
    setTexts: (node: string | undefined, texts: readonly Omit<UnfinishedText, 'node'>[]): void =>
      get().perform(
        node === undefined ? 'Edit variables' : `Edit ${name(node)}`,
        commands.setTexts(get().document, node, texts),
        node === undefined ? 'field vars' : `node ${node}`,
      ),

    setPins: (pins: Json): void =>
      get().perform('Pin an output', commands.setExtra(get().document, 'pins', pins)),

    setCondition: (edge: string, when: string): void =>
      get().perform('Edit condition', commands.setCondition(get().document, edge, when), `when ${edge}`),

    setField: (field: string, value: Json | undefined): void =>
      get().perform(`Edit ${field}`, commands.setField(get().document, field, value), `field ${field}`),

    /** Why the id cannot be given; undefined when it was. */
    rename: (id: string, wanted: string): string | undefined => {
      const refusal = refuseId(get().document, id, wanted)
      if (refusal !== undefined) return refusal
      const wasOpen = get().open?.node === id
      get().perform(`Rename ${id} to ${wanted}`, renameNode(get().document, id, wanted, types))
      if (get().document.nodes.has(wanted)) get().select(new Set([wanted]))
      if (wasOpen) get().openPanel(wanted)
      return undefined
    },

    /** Containers with what is in them. */
    selectAll: (): void => {
      const { document, select } = get()
      select(
        new Set([...document.nodes].flatMap(([id, { container }]) => (container === undefined ? [id] : []))),
      )
    },
  }
}
