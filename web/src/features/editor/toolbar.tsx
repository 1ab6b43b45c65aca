import { ActionIcon, Button, SegmentedControl, TextInput, Tooltip } from '@mantine/core'
import {
  CircleAlert,
  CircleHelp,
  Maximize,
  PanelLeft,
  Plus,
  Redo2,
  Rocket,
  Settings2,
  Sparkles,
  StickyNote,
  Undo2,
} from 'lucide-react'
import type { ReactNode } from 'react'
import type { Density } from '../../components/graph/graph-types.js'
import { useFit } from '../../components/graph/xyflow.js'
import type { SaveState } from './autosave/draft-saver.js'
import classes from './editor.module.css'
import { SaveIndicator } from './save-indicator.js'
import { useEditor, useEditorState } from './store/context.js'
import { useEditorUi } from './ui-context.js'
import { usePlaces } from './use-places.js'

const DENSITIES: readonly { readonly value: Density; readonly label: string }[] = [
  { value: 'compact', label: 'Compact' },
  { value: 'normal', label: 'Normal' },
  { value: 'detailed', label: 'Detailed' },
]

interface ToolbarProps {
  readonly save: SaveState
  readonly problems: number
  readonly onSide: () => void
  readonly onProblems: () => void
  /** Links of the route: versions, runs. */
  readonly links: ReactNode
}

export const Toolbar = ({ save, problems, onSide, onProblems, links }: ToolbarProps) => {
  const { overlays } = useEditorUi()
  return (
    <header className={classes['toolbar']} data-region>
      <Tool label="Nodes and outline" icon={<PanelLeft size={16} />} onClick={onSide} />
      <WorkflowName />
      <SaveIndicator state={save} />
      <span className={classes['gap']} />
      <EditTools />
      <ViewTools />
      <SettingsTool />
      <span className={classes['rule']} />
      {links}
      <Button
        variant="default"
        leftSection={<CircleAlert size={14} aria-hidden />}
        onClick={onProblems}
        disabled={problems === 0}
      >
        {problems === 1 ? '1 problem' : `${problems} problems`}
      </Button>
      <Button
        leftSection={<Rocket size={14} aria-hidden />}
        onClick={() => overlays.show({ kind: 'publish' })}
      >
        Publish
      </Button>
    </header>
  )
}

const WorkflowName = () => {
  const { actions } = useEditor()
  const name = useEditorState((state) => state.document.fields.get('name'))
  return (
    <TextInput
      className={classes['name'] ?? ''}
      variant="unstyled"
      aria-label="Name of the workflow"
      value={typeof name === 'string' ? name : ''}
      onChange={(event) => actions.setField('name', event.currentTarget.value)}
    />
  )
}

const EditTools = () => {
  const { store, actions } = useEditor()
  const { overlays, tidy } = useEditorUi()
  const canUndo = useEditorState((state) => state.history.past.length > 0)
  const canRedo = useEditorState((state) => state.history.future.length > 0)
  const { freeAt } = usePlaces()
  const addNote = (): void => actions.addNote(freeAt({ x: 0, y: -140 }, undefined))
  return (
    <>
      <Tool label="Undo" icon={<Undo2 size={16} />} onClick={store.getState().undo} disabled={!canUndo} />
      <Tool label="Redo" icon={<Redo2 size={16} />} onClick={store.getState().redo} disabled={!canRedo} />
      <Tool label="Add a node (N)" icon={<Plus size={16} />} onClick={() => overlays.show({ kind: 'add' })} />
      <Tool label="Add a note" icon={<StickyNote size={16} />} onClick={addNote} />
      <Tool label="Tidy (T)" icon={<Sparkles size={16} />} onClick={tidy} />
    </>
  )
}

const ViewTools = () => {
  const { store } = useEditor()
  const { overlays } = useEditorUi()
  const fit = useFit()
  const density = useEditorState((state) => state.density)
  return (
    <>
      <Tool label="Fit (F)" icon={<Maximize size={16} />} onClick={() => fit()} />
      <SegmentedControl
        size="xs"
        aria-label="Density"
        data={[...DENSITIES]}
        value={density}
        onChange={(value) =>
          store.getState().setDensity(DENSITIES.find((each) => each.value === value)?.value ?? 'normal')
        }
      />
      <Tool
        label="Keys (?)"
        icon={<CircleHelp size={16} />}
        onClick={() => overlays.show({ kind: 'help' })}
      />
    </>
  )
}

const SettingsTool = () => {
  const { store } = useEditor()
  const isOpen = useEditorState(({ open }) => open !== undefined && open.node === undefined)
  const { openSettings, closePanel } = store.getState()
  return (
    <Tool
      label="Workflow settings"
      icon={<Settings2 size={16} />}
      onClick={() => (isOpen ? closePanel() : openSettings())}
    />
  )
}

interface ToolProps {
  readonly label: string
  readonly icon: ReactNode
  readonly onClick: () => void
  readonly disabled?: boolean
}

const Tool = ({ label, icon, onClick, disabled = false }: ToolProps) => (
  <Tooltip label={label}>
    <ActionIcon aria-label={label} size={28} onClick={onClick} disabled={disabled}>
      {icon}
    </ActionIcon>
  </Tooltip>
)
