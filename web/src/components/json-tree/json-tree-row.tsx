import { ActionIcon, Tooltip } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { stringifyJson } from '@millrace/contracts'
import { Check, ChevronRight, Copy, SquareFunction } from 'lucide-react'
import type { ReactNode } from 'react'
import { expressionOf, type JsonRow } from './json-rows.js'
import classes from './json-tree.module.css'
import { JsonValue } from './json-value.js'

interface JsonTreeRowProps {
  readonly row: JsonRow
  readonly id: string
  readonly isActive: boolean
  readonly expression: string | undefined
  readonly onToggle: () => void
}

const INDENT = 16

export function JsonTreeRow({ row, id, isActive, expression, onToggle }: JsonTreeRowProps) {
  const isContainer = row.size !== undefined && row.size > 0
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree takes the keys for all of its rows
    <div
      className={classes['row']}
      role="treeitem"
      id={id}
      tabIndex={-1}
      aria-level={row.depth + 1}
      aria-selected={isActive}
      aria-expanded={isContainer ? row.isOpen : undefined}
      data-active={isActive || undefined}
      style={{ paddingInlineStart: row.depth * INDENT + 4 }}
      onClick={onToggle}
    >
      <ChevronRight
        className={classes['chevron']}
        data-open={row.isOpen || undefined}
        visibility={isContainer ? 'visible' : 'hidden'}
        size={14}
        aria-hidden
      />
      {row.key !== undefined && <span className={classes['key']}>{row.key}</span>}
      <JsonValue value={row.value} size={row.size} isOpen={row.isOpen} />
      <span className={classes['actions']}>
        <CopyAction label="Copy value" icon={<Copy size={12} />} text={() => stringifyJson(row.value, 2)} />
        {expression !== undefined && (
          <CopyAction
            label="Copy as expression"
            icon={<SquareFunction size={13} />}
            text={() => `{{ ${expressionOf(expression, row.pointer)} }}`}
          />
        )}
      </span>
    </div>
  )
}

interface CopyActionProps {
  readonly label: string
  readonly icon: ReactNode
  /** Made only when asked for: a value may be large. */
  readonly text: () => string
}

function CopyAction({ label, icon, text }: CopyActionProps) {
  const clipboard = useClipboard()
  return (
    <Tooltip label={clipboard.copied ? 'Copied' : label}>
      <ActionIcon
        size={24}
        variant="subtle"
        color="gray"
        aria-label={label}
        tabIndex={-1}
        onClick={(event) => {
          event.stopPropagation()
          clipboard.copy(text())
        }}
      >
        {clipboard.copied ? <Check size={12} /> : icon}
      </ActionIcon>
    </Tooltip>
  )
}
