import { type Json, stringifyJson } from '@millrace/contracts'
import classes from './json-tree.module.css'

interface JsonValueProps {
  readonly value: Json
  readonly size: number | undefined
  readonly isOpen: boolean
}

/** What of a long text is drawn; all of it can be copied. */
const MAX_TEXT = 300

/** A value on its one line: containers by their size, texts cut off. */
export function JsonValue({ value, size, isOpen }: JsonValueProps) {
  if (Array.isArray(value)) return <Container open="[" close="]" what="item" size={size} isOpen={isOpen} />
  if (value !== null && typeof value === 'object')
    return <Container open="{" close="}" what="member" size={size} isOpen={isOpen} />
  if (typeof value !== 'string') return <span className={classes['atom']}>{String(value)}</span>
  const rest = value.length - MAX_TEXT
  return (
    <span className={classes['text']}>
      {stringifyJson(rest > 0 ? value.slice(0, MAX_TEXT) : value)}
      {rest > 0 && <span className={classes['note']}> … {rest.toLocaleString('en')} more characters</span>}
    </span>
  )
}

interface ContainerProps {
  readonly open: string
  readonly close: string
  readonly what: string
  readonly size: number | undefined
  readonly isOpen: boolean
}

function Container({ open, close, what, size = 0, isOpen }: ContainerProps) {
  return (
    <span className={classes['note']}>
      {isOpen ? open : `${open}${size > 0 ? '…' : ''}${close}`}
      {size > 0 && ` ${size.toLocaleString('en')} ${what}${size === 1 ? '' : 's'}`}
    </span>
  )
}
