import { useCallback } from 'react'
import { BODY_CORNER } from '../../../components/graph/sizes.js'
import { freeOutlet, targetsOf } from '../document/connections.js'
import { isContainer, lastInside } from '../document/containers.js'
import { nameOf } from '../document/document.js'
import { useEditor } from '../store/context.js'
import { useEditorUi } from '../ui-context.js'
import { usePlaces } from '../use-places.js'
import { CanvasMenu } from './canvas-menu.js'
import { targetChoices, typeChoices } from './choices.js'
import { ChooseDialog } from './choose-dialog.js'
import { ConditionDialog } from './condition-dialog.js'
import { GroupNameDialog } from './group-name-dialog.js'
import { ShortcutsDialog } from './shortcuts-dialog.js'

/** The dialog or menu that is open over the canvas. */
export const OverlayView = () => {
  const { current, close } = useEditorUi().overlays
  switch (current?.kind) {
    case 'add':
      return <AddDialog onClose={close} />
    case 'connect':
      return <ConnectDialog outlet={current.outlet} onClose={close} />
    case 'menu':
      return <CanvasMenu target={current.key} at={current.at} />
    case 'condition':
      return <ConditionDialog edge={current.edge} onClose={close} />
    case 'group-name':
      return <GroupNameDialog group={current.group} onClose={close} />
    case 'help':
      return <ShortcutsDialog onClose={close} />
    default:
      return null
  }
}

/**
 * A new node goes behind the one the keyboard is at, at its first free port, else beside what follows already. At an
 * open container it goes into it, behind what ends its body.
 */
export const useAddNode = (): ((type: string) => void) => {
  const { store, actions, types } = useEditor()
  const { freeAt, behind } = usePlaces()
  return useCallback(
    (type) => {
      const { document, focused } = store.getState()
      const isOpen =
        focused !== undefined && isContainer(document, types, focused) && !document.folded.has(focused)
      const from = isOpen ? lastInside(document, focused) : focused
      const outlet = from === undefined ? undefined : freeOutlet(document, types, from)
      if (types.get(type)?.trigger) actions.add(type, freeAt({ x: 0, y: 0 }, undefined, type))
      else if (outlet !== undefined) actions.add(type, behind(outlet.from, type), outlet)
      else
        actions.add(
          type,
          isOpen ? freeAt(BODY_CORNER, focused, type) : freeAt({ x: 0, y: 0 }, undefined, type),
        )
    },
    [store, actions, types, freeAt, behind],
  )
}

const AddDialog = ({ onClose }: { readonly onClose: () => void }) => {
  const { types } = useEditor()
  const add = useAddNode()
  return (
    <ChooseDialog
      title="Add a node"
      choices={typeChoices(types.values(), true)}
      onClose={onClose}
      onChoose={(key) => {
        onClose()
        add(key.slice('type:'.length))
      }}
    />
  )
}

interface ConnectDialogProps {
  readonly outlet: { readonly from: string; readonly port: string }
  readonly onClose: () => void
}

const ConnectDialog = ({ outlet, onClose }: ConnectDialogProps) => {
  const { store, actions, types } = useEditor()
  const { behind } = usePlaces()
  const { document } = store.getState()
  const from = document.nodes.get(outlet.from)?.node
  const choices = [
    ...typeChoices(types.values(), false),
    ...targetChoices(targetsOf(document, types, outlet), types),
  ]
  return (
    <ChooseDialog
      title={`What follows ${from === undefined ? outlet.from : nameOf(from)} at ${outlet.port}?`}
      choices={choices}
      onClose={onClose}
      onChoose={(key) => {
        onClose()
        if (key.startsWith('node:')) actions.connect(outlet, key.slice('node:'.length))
        else {
          const type = key.slice('type:'.length)
          actions.add(type, behind(outlet.from, type), outlet)
        }
      }}
    />
  )
}
