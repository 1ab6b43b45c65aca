import type { Json } from '@millrace/contracts'
import { JsonTree } from '../../../components/json-tree/json-tree.js'
import classes from './panel.module.css'

interface ValueBoxProps {
  readonly value: Json
  readonly label: string
  readonly expression: string
  readonly size: 'short' | 'tall'
}

/** A value as a tree in a frame that is as high as it needs, up to a limit. */
export const ValueBox = ({ value, label, expression, size }: ValueBoxProps) => (
  <div className={classes['tree']} data-size={size}>
    <JsonTree value={value} label={label} expression={expression} />
  </div>
)
