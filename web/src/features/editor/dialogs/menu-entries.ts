import { groupKey } from '../../../components/graph/build-graph.js'
import type { Point } from '../../../components/graph/layout.js'
import { BODY_CORNER } from '../../../components/graph/sizes.js'
import { freeOutlet } from '../document/connections.js'
import { isContainer, refuseMove } from '../document/containers.js'
import { containerOf, nameOf } from '../document/document.js'
import type { NodeTypes } from '../document/rename.js'
import type { Overlays } from '../overlays.js'
import type { EditorActions } from '../store/editor-actions.js'
import type { EditorStore } from '../store/editor-store.js'
import type { usePlaces } from '../use-places.js'

export interface MenuEntry {
  readonly label: string
  readonly keys?: string
  readonly danger?: boolean
  run(): void
}

interface MenuContext {
  readonly store: EditorStore
  readonly actions: EditorActions
  readonly types: NodeTypes
  readonly overlays: Overlays
  readonly onTidy: () => void
  /** On the canvas. */
  readonly at: Point
  readonly freeAt: ReturnType<typeof usePlaces>['freeAt']
}

export const menuFor = (target: string | undefined, context: MenuContext): readonly MenuEntry[] => {
  const { document } = context.store.getState()
  if (target === undefined) return canvasEntries(context)
  if (document.nodes.has(target)) return nodeEntries(target, context)
  if (document.edges.has(target)) return edgeEntries(target, context)
  return target.startsWith('group:') ? groupEntries(target, context) : [deletion(context)]
}

const deletion = ({ actions }: MenuContext): MenuEntry => ({
  label: 'Delete',
  keys: 'Del',
  danger: true,
  run: actions.deleteSelection,
})

const extraction = ({ overlays }: MenuContext): MenuEntry => ({
  label: 'Extract to sub-workflow',
  keys: 'E',
  run: () => overlays.show({ kind: 'extract' }),
})

const canvasEntries = ({ actions, overlays, store, onTidy, at, freeAt }: MenuContext): MenuEntry[] => [
  { label: 'Add a node', keys: 'N', run: () => overlays.show({ kind: 'add' }) },
  { label: 'Add a note', run: () => actions.addNote(at) },
  { label: 'Select everything', keys: 'Ctrl A', run: actions.selectAll },
  { label: 'Tidy', keys: 'T', run: onTidy },
  {
    label: 'Paste',
    keys: 'Ctrl V',
    run: () =>
      void navigator.clipboard
        .readText()
        .then((text) => actions.paste(text, freeAt(at, undefined)))
        .catch(() => store.getState().say('The browser keeps the clipboard: press Ctrl V on the canvas.')),
  },
]

const nodeEntries = (target: string, context: MenuContext): MenuEntry[] => {
  const { actions, overlays, store, types, onTidy } = context
  const outlet = freeOutlet(store.getState().document, types, target)
  return [
    { label: 'Configure', keys: 'Enter', run: () => store.getState().openPanel(target) },
    ...(outlet === undefined ? [] : [{ label: 'Connect', keys: 'C', run: () => overlays.chooseFor(outlet) }]),
    { label: 'Duplicate', keys: 'Ctrl D', run: actions.duplicate },
    {
      label: 'Copy as JSON',
      keys: 'Ctrl C',
      run: () =>
        void navigator.clipboard
          .writeText(actions.copySelection())
          .then(() => store.getState().say('Copied'))
          .catch(() => store.getState().say('The browser keeps the clipboard: press Ctrl C on the canvas.')),
    },
    { label: 'Group', keys: 'Ctrl G', run: actions.group },
    extraction(context),
    ...groupOfNode(target, context),
    ...containerEntries(target, context),
    { label: 'Tidy selection', run: onTidy },
    deletion(context),
  ]
}

/** Into a container beside it, and out of the one it is in; a container may be closed and opened. */
const containerEntries = (target: string, { actions, store, types, freeAt }: MenuContext): MenuEntry[] => {
  const { document } = store.getState()
  const container = containerOf(document, target)
  const folded = document.folded.has(target)
  const { x, y } = document.positions.get(container ?? '') ?? BODY_CORNER
  const above = { x, y: y - 96 }
  const beside = [...document.nodes.values()].filter(
    ({ node, container: around }) =>
      around === container && refuseMove(document, types, target, node.id) === undefined,
  )
  return [
    ...(isContainer(document, types, target)
      ? [{ label: folded ? 'Expand' : 'Collapse', run: () => actions.setFolded(target, !folded) }]
      : []),
    ...beside.map(({ node }) => ({
      label: `Move into ${nameOf(node)}`,
      run: () => void actions.move(new Map([[target, freeAt(BODY_CORNER, node.id)]])),
    })),
    ...(container === undefined
      ? []
      : [
          {
            label: 'Move out of its container',
            run: () =>
              void actions.move(new Map([[target, freeAt(above, containerOf(document, container))]])),
          },
        ]),
  ]
}

const edgeEntries = (edge: string, context: MenuContext): MenuEntry[] => [
  { label: 'Condition', run: () => context.overlays.show({ kind: 'condition', edge }) },
  deletion(context),
]

const groupEntries = (key: string, context: MenuContext): MenuEntry[] => [
  ...aboutGroup(key, context),
  extraction(context),
  { ...deletion(context), label: 'Delete with its nodes' },
]

const aboutGroup = (key: string, { actions, overlays, store }: MenuContext): MenuEntry[] => {
  const group = store.getState().document.groups.get(key.slice('group:'.length))
  if (group === undefined) return []
  const { title, collapsed } = group
  const setCollapsed = (): void => actions.setGroup(key, { collapsed: !collapsed })
  return [
    { label: `${collapsed ? 'Expand' : 'Collapse'} ${title}`, run: setCollapsed },
    { label: `Rename ${title}`, run: () => overlays.show({ kind: 'group-name', group: key }) },
    { label: `Ungroup ${title}`, run: () => actions.ungroup(key) },
  ]
}

/** Of the group that the node is in: keys go to nodes, and reach it so. */
const groupOfNode = (target: string, context: MenuContext): MenuEntry[] => {
  const groups = [...context.store.getState().document.groups]
  const [id] = groups.find(([, { nodes }]) => nodes.includes(target)) ?? []
  return id === undefined ? [] : aboutGroup(groupKey(id), context)
}
