import type { Json } from '@millrace/contracts'
import { type KeyboardEvent, useMemo, useRef, useState } from 'react'
import { Virtuoso, type VirtuosoHandle } from 'react-virtuoso'
import { type JsonRow, jsonRows, type Toggles } from './json-rows.js'
import classes from './json-tree.module.css'
import { JsonTreeRow } from './json-tree-row.js'

export interface JsonTreeProps {
  readonly value: Json
  /** What it shows, for those who hear it. */
  readonly label: string
  /** Makes each place an expression to copy: `steps.fetch.output`. */
  readonly expression?: string
}

const ROW_HEIGHT = 24

/** A JSON value as a tree. Only what is seen is drawn, so that outputs of many megabytes stay quick. */
export function JsonTree({ value, label, expression }: JsonTreeProps) {
  const [toggles, setToggles] = useState<Toggles>(new Map())
  const [active, setActive] = useState(0)
  const list = useRef<VirtuosoHandle>(null)
  const rows = useMemo(() => jsonRows(value, toggles), [value, toggles])

  const toggle = (row: JsonRow, isOpen: boolean) => {
    if (row.size !== undefined && row.size > 0) setToggles(new Map(toggles).set(row.pointer, isOpen))
  }
  const moveTo = (index: number) => {
    const next = Math.max(0, Math.min(index, rows.length - 1))
    setActive(next)
    list.current?.scrollIntoView({ index: next })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[active]
    if (row === undefined) return
    if (event.key === 'ArrowDown') moveTo(active + 1)
    else if (event.key === 'ArrowUp') moveTo(active - 1)
    else if (event.key === 'Home') moveTo(0)
    else if (event.key === 'End') moveTo(rows.length - 1)
    else if (event.key === 'ArrowRight') row.isOpen ? moveTo(active + 1) : toggle(row, true)
    else if (event.key === 'ArrowLeft') row.isOpen ? toggle(row, false) : moveTo(parentOf(rows, active))
    else if (event.key === 'Enter' || event.key === ' ') toggle(row, !row.isOpen)
    else return
    event.preventDefault()
  }
  return (
    <Virtuoso
      ref={list}
      className={classes['tree']}
      style={{ height: rows.length * ROW_HEIGHT }}
      role="tree"
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={`${label}-${rows[active]?.pointer}`}
      onKeyDown={onKeyDown}
      totalCount={rows.length}
      fixedItemHeight={ROW_HEIGHT}
      increaseViewportBy={200}
      itemContent={(index) => (
        <JsonTreeRow
          row={rows[index]!}
          id={`${label}-${rows[index]!.pointer}`}
          isActive={index === active}
          expression={expression}
          onToggle={() => {
            setActive(index)
            toggle(rows[index]!, !rows[index]!.isOpen)
          }}
        />
      )}
    />
  )
}

const parentOf = (rows: readonly JsonRow[], index: number): number => {
  const { depth } = rows[index]!
  for (let before = index - 1; before >= 0; before--) if (rows[before]!.depth < depth) return before
  return index
}
