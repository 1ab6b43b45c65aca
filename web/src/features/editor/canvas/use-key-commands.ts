import type { KeyboardEvent } from 'react'
import { useFit } from '../../../components/graph/xyflow.js'
import { freeOutlet } from '../document/connections.js'
import { useEditor } from '../store/context.js'
import { useEditorUi } from '../ui-context.js'
import { commandOf, type KeyCommand, nudgeOf } from './canvas-keys.js'

interface Place {
  /** To the next node, for an arrow key; `extend` keeps what is selected. */
  go(key: string, extend: boolean): void
  /** Where the focused node is on the screen. */
  whereIsFocus(): { readonly x: number; readonly y: number }
}

/** Everything the pointer can do, by keys: the same on the canvas and in the outline. */
export const useKeyCommands = ({ go, whereIsFocus }: Place) => {
  const { store, actions, types } = useEditor()
  const { overlays, tidy, showOutline } = useEditorUi()
  const fit = useFit()
  const get = store.getState

  const connect = (): void => {
    const { focused, document } = get()
    const outlet = focused === undefined ? undefined : freeOutlet(document, types, focused)
    if (outlet === undefined) get().say('Go to a node first: its next free port is connected.')
    else overlays.chooseFor(outlet)
  }
  const open = (): void => {
    const { focused } = get()
    if (focused?.startsWith('group:')) actions.setGroup(focused, { collapsed: false })
    else if (focused !== undefined) get().openPanel(focused)
  }
  const leave = (): void => {
    if (get().open === undefined) get().select(new Set())
    else get().closePanel()
  }
  const perform: Readonly<Record<KeyCommand, (key: string) => void>> = {
    add: () => overlays.show({ kind: 'add' }),
    connect,
    open,
    delete: actions.deleteSelection,
    duplicate: actions.duplicate,
    'select-all': actions.selectAll,
    undo: get().undo,
    redo: get().redo,
    group: actions.group,
    extract: () => overlays.show({ kind: 'extract' }),
    menu: () => overlays.openMenu(get().focused, whereIsFocus()),
    tidy,
    fit: () => fit(150),
    outline: showOutline,
    escape: leave,
    help: () => overlays.show({ kind: 'help' }),
    nudge: (key) => actions.nudge(nudgeOf(key)),
    go: (key) => go(key, false),
    extend: (key) => go(key, true),
  }
  return (event: KeyboardEvent): void => {
    const command = commandOf(event)
    if (command === undefined) return
    event.preventDefault()
    perform[command](event.key)
  }
}
