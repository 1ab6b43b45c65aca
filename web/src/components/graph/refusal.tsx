import type { CanvasActions } from './canvas-actions.js'
import classes from './graph.module.css'
import { useDrawnConnection } from './xyflow.js'

/** While a connection is drawn: why it may not end at the node under the pointer. */
export const Refusal = ({ refuse }: Pick<CanvasActions, 'refuse'>) => {
  const drawn = useDrawnConnection()
  const reason =
    drawn?.over === undefined ? undefined : refuse({ from: drawn.from, port: drawn.port }, drawn.over)
  if (drawn === undefined || reason === undefined) return null
  return (
    <div className={classes['refusal']} role="status" style={{ left: drawn.at.x + 14, top: drawn.at.y + 14 }}>
      {reason}
    </div>
  )
}
