import { Menu } from '@mantine/core'
import { useEffect } from 'react'
import type { Point } from '../../../components/graph/layout.js'
import { useCanvas } from '../../../components/graph/xyflow.js'
import classes from '../editor.module.css'
import { useEditor } from '../store/context.js'
import { useEditorUi } from '../ui-context.js'
import { usePlaces } from '../use-places.js'
import { type MenuEntry, menuFor } from './menu-entries.js'

interface CanvasMenuProps {
  readonly target: string | undefined
  readonly at: Point
}

/** It opens at a place, not at a button: what it is anchored to takes no part in it. The kit's types leave this out. */
const AT_A_PLACE = { withRoles: false }

/** What can be done with a node, an edge, a note, a group or the empty canvas, at the place it was asked for. */
export const CanvasMenu = ({ target, at }: CanvasMenuProps) => {
  const editor = useEditor()
  const canvas = useCanvas()
  const { overlays, tidy } = useEditorUi()
  const { store } = editor
  useEffect(() => {
    if (target !== undefined && !store.getState().selected.has(target))
      store.getState().select(new Set([target]))
  }, [store, target])
  const { freeAt } = usePlaces()
  const entries = menuFor(target, {
    ...editor,
    overlays,
    onTidy: tidy,
    freeAt,
    at: canvas.screenToFlowPosition(at),
  })
  return (
    <Menu
      opened
      onClose={overlays.close}
      position="bottom-start"
      offset={2}
      shadow="md"
      width={220}
      // Not by keys outside, as it is by default: the one that opens it is still on its way.
      clickOutsideEvents={['mousedown', 'touchstart']}
      {...AT_A_PLACE}
      trapFocus
      returnFocus
    >
      <Menu.Target>
        <span style={{ position: 'fixed', left: at.x, top: at.y, width: 1, height: 1 }} />
      </Menu.Target>
      <Menu.Dropdown aria-label="Menu of the canvas">
        {entries.map((entry) => (
          <Entry key={entry.label} entry={entry} close={overlays.close} />
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

const Entry = ({ entry, close }: { readonly entry: MenuEntry; readonly close: () => void }) => (
  <Menu.Item
    {...(entry.danger === true ? { style: { color: 'var(--mr-text-danger)' } } : {})}
    rightSection={entry.keys === undefined ? undefined : <span className={classes['dim']}>{entry.keys}</span>}
    closeMenuOnClick={false}
    onClick={() => {
      close()
      entry.run()
    }}
  >
    {entry.label}
  </Menu.Item>
)
