import type { NodeProps } from '@xyflow/react'
import { memo } from 'react'
import type { NoteNode } from './build-graph.js'
import { useCanvasActions } from './canvas-actions.js'
import classes from './graph.module.css'

/** Words beside the nodes. Never HTML: a note is what somebody typed. */
export const NoteCard = memo(({ id, data: { note }, selected, width, height }: NodeProps<NoteNode>) => {
  const actions = useCanvasActions()
  return (
    <div className={classes['note']} data-selected={selected} style={{ width, height }}>
      {actions === undefined || !selected ? (
        <p>{note.text === '' ? 'Empty note' : note.text}</p>
      ) : (
        <textarea
          className="nodrag nowheel"
          aria-label="Text of the note"
          defaultValue={note.text}
          onBlur={(event) => {
            if (event.target.value !== note.text) actions.setNoteText(id, event.target.value)
          }}
        />
      )}
    </div>
  )
})
