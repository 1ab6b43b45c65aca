import type { NodeProps } from '@xyflow/react'
import { memo } from 'react'
import { stateColour } from '../state/state.js'
import type { CardNode } from './build-graph.js'
import classes from './graph.module.css'
import { useLiveNode } from './live-store.js'
import { CardState, CardText, cardElementId, describeCard, FoldButton, Ports } from './node-card.js'
import { NodeIcon } from './node-icon.js'
import { useReadable } from './readable.js'

/** An open container: a frame with its title above, around the nodes of its body. */
export const FrameCard = memo(({ id, data, selected, width = 0, height = 0 }: NodeProps<CardNode>) => {
  const live = useLiveNode(id)
  const readable = useReadable()
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is of a form, this is a part of a drawing
    <div
      className={classes['frame']}
      id={cardElementId(id)}
      role="group"
      aria-label={describeCard(data, live)}
      data-category={data.category}
      data-selected={selected}
      data-state={live?.state}
      style={{
        width,
        height,
        ...(live === undefined ? {} : { '--card-state': stateColour(live.state) }),
      }}
    >
      {readable && (
        <div className={classes['frameTitle']}>
          <NodeIcon icon={data.icon} category={data.category} size={15} />
          <CardText data={data} />
          {live !== undefined && <CardState live={live} />}
          <FoldButton id={id} data={data} folded={false} />
        </div>
      )}
      {readable && data.inside === 0 && (
        <span className={classes['frameEmpty']}>Drop nodes here, or press N</span>
      )}
      <Ports id={id} data={data} size={{ width, height }} />
    </div>
  )
})
