import { type KeyboardEvent, useEffect, useMemo, useRef } from 'react'
import { NodeIcon } from '../../../components/graph/node-icon.js'
import { useKeyCommands } from '../canvas/use-key-commands.js'
import { freeOutlet } from '../document/connections.js'
import { nameOf } from '../document/document.js'
import { type OutlineRow, outlineOf } from '../document/outline.js'
import classes from '../editor.module.css'
import { useEditor, useEditorState } from '../store/context.js'

/** The workflow as a tree to read and to work in: it does what the canvas does, by the same keys. */
export const Outline = () => {
  const { store } = useEditor()
  const document = useEditorState((state) => state.document)
  const focused = useEditorState((state) => state.focused)
  const rows = useMemo(() => outlineOf(document), [document])
  const root = useRef<HTMLDivElement>(null)
  const stop = rows.some(({ id }) => id === focused) ? focused : rows[0]?.id
  const onKeyDown = useKeyCommands({
    go: (key, extend) => {
      const at = rows.findIndex(({ id }) => id === focused)
      const next = rows[key === 'ArrowUp' || key === 'ArrowLeft' ? Math.max(0, at - 1) : at + 1]
      const { select, selected } = store.getState()
      if (next !== undefined) select(new Set(extend ? [...selected, next.id] : [next.id]))
    },
    whereIsFocus: () => {
      const box = root.current?.querySelector('[tabindex="0"]')?.getBoundingClientRect()
      return { x: (box?.left ?? 0) + 24, y: box?.bottom ?? 0 }
    },
  })
  useEffect(() => {
    const row = root.current?.querySelector<HTMLElement>('[tabindex="0"]')
    if (root.current?.contains(window.document.activeElement)) row?.focus()
    else row?.scrollIntoView({ block: 'nearest' })
  })
  if (rows.length === 0) return <p className={classes['empty']}>No nodes yet. Press N on the canvas.</p>
  return (
    <div ref={root} role="tree" aria-label="Outline" className={classes['outline']}>
      {rows.map((row) => (
        <Row key={row.id} row={row} stop={row.id === stop} onKeyDown={onKeyDown} />
      ))}
    </div>
  )
}

interface RowProps {
  readonly row: OutlineRow
  readonly stop: boolean
  readonly onKeyDown: (event: KeyboardEvent) => void
}

const Row = ({ row: { id, level, port, alsoTo }, stop, onKeyDown }: RowProps) => {
  const { store, types } = useEditor()
  const node = useEditorState((state) => state.document.nodes.get(id)?.node)
  const selected = useEditorState((state) => state.selected.has(id))
  if (node === undefined) return null
  const type = types.get(node.type)
  const open = freeOutlet(store.getState().document, types, id)
  return (
    <div
      role="treeitem"
      aria-level={level}
      aria-selected={selected}
      aria-label={`${port === undefined ? '' : `${port}: `}${nameOf(node)}, ${type?.title ?? node.type}`}
      tabIndex={stop ? 0 : -1}
      className={classes['outlineRow']}
      style={{ paddingInlineStart: 8 + (level - 1) * 16 }}
      title={open === undefined ? undefined : 'Enter opens, C connects, N adds behind'}
      onKeyDown={onKeyDown}
      onClick={() => store.getState().select(new Set([id]))}
      onDoubleClick={() => store.getState().openPanel(id)}
    >
      <NodeIcon icon={type?.icon ?? ''} category={type?.category ?? 'other'} size={14} />
      {port !== undefined && <span className={classes['portTag']}>{port}</span>}
      <span className={classes['outlineName']}>{nameOf(node)}</span>
      {alsoTo.length > 0 && <span className={classes['dim']}>→ {alsoTo.join(', ')}</span>}
    </div>
  )
}
