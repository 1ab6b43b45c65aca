import type { Json } from '@millrace/contracts'
import { JsonTree } from '../../../components/json-tree/json-tree.js'
import classes from './panel.module.css'

interface ValueBoxProps {
  readonly value: Json
  readonly label: string
  readonly expression: string
  readonly size: 'short' | 'tall'
}

/** A value as a tree in a frame; what is a single line takes no more than that. */
export const ValueBox = ({ value, label, expression, size }: ValueBoxProps) => {
  const isLine = value === null || typeof value !== 'object' || Object.keys(value).length === 0
  return (
    <div className={classes['tree']} data-size={isLine ? 'line' : size}>
      <JsonTree value={value} label={label} expression={expression} />
    </div>
  )
}
