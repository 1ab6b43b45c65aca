import { SegmentedControl, TextInput } from '@mantine/core'
import { Search } from 'lucide-react'
import { useState } from 'react'
import { NodeIcon } from '../../../components/graph/node-icon.js'
import { NODE_TYPE_MIME } from '../canvas/drag-type.js'
import { searchChoices, typeChoices } from '../dialogs/choices.js'
import { useAddNode } from '../dialogs/overlay-view.js'
import classes from '../editor.module.css'
import { useEditor } from '../store/context.js'
import { Outline } from './outline.js'

export type SideView = 'nodes' | 'outline'

interface SidePaneProps {
  readonly view: SideView
  readonly onView: (view: SideView) => void
}

/** Beside the canvas: what can be put on it, and what stands on it as a list. */
export const SidePane = ({ view, onView }: SidePaneProps) => (
  <aside className={classes['side']} aria-label="Nodes and outline" data-region>
    <SegmentedControl
      size="xs"
      fullWidth
      aria-label="Side pane"
      data={[
        { value: 'nodes', label: 'Nodes' },
        { value: 'outline', label: 'Outline' },
      ]}
      value={view}
      onChange={(value) => onView(value === 'outline' ? 'outline' : 'nodes')}
    />
    {view === 'nodes' ? <Palette /> : <Outline />}
  </aside>
)

const Palette = () => {
  const { types } = useEditor()
  const [text, setText] = useState('')
  const add = useAddNode()
  const found = searchChoices(typeChoices(types.values(), true), text)
  return (
    <>
      <TextInput
        size="xs"
        aria-label="Search nodes"
        placeholder="Search nodes"
        leftSection={<Search size={13} aria-hidden />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <div className={classes['palette']}>
        {found.map((choice, index) => (
          <div key={choice.key} className={classes['paletteItem']}>
            {choice.section !== found[index - 1]?.section && (
              <div className={classes['section']}>{choice.section}</div>
            )}
            <button
              type="button"
              draggable
              title={`${choice.detail} Click to add, or drag onto the canvas.`}
              className={classes['paletteButton']}
              onDragStart={(event) =>
                event.dataTransfer.setData(NODE_TYPE_MIME, choice.key.slice('type:'.length))
              }
              onClick={() => add(choice.key.slice('type:'.length))}
            >
              <NodeIcon icon={choice.icon} category={choice.category} />
              {choice.label}
            </button>
          </div>
        ))}
      </div>
    </>
  )
}
