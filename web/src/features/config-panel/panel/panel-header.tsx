import { ActionIcon, Button, CloseButton, Popover, TextInput, Tooltip } from '@mantine/core'
import { FastForward, Maximize2, Minimize2, Pencil, Play } from 'lucide-react'
import { useState } from 'react'
import { ProblemAlert } from '../../../components/problem-alert.js'
import { nameOf, type PanelNode } from '../panel-document.js'
import type { PaneProps, TestRun } from './pane-props.js'
import classes from './panel.module.css'

interface PanelHeaderProps extends PaneProps {
  readonly test: TestRun
  readonly expanded: boolean
  readonly onExpand: (expanded: boolean) => void
  readonly onRename: (id: string) => string | undefined
  readonly onChange: (node: PanelNode) => void
  readonly onClose: () => void
}

export const PanelHeader = (props: PanelHeaderProps) => {
  const { node, type, test, expanded, onExpand, onRename, onChange, onClose } = props
  const isTrigger = type?.trigger ?? node.type.startsWith('trigger.')
  return (
    <header className={classes['header']}>
      <div className={classes['headline']}>
        <div className={classes['names']}>
          <h2 className={classes['title']}>{nameOf(node)}</h2>
          <span className={classes['subtitle']}>
            {type?.title ?? node.type} · <code>{node.id}</code>
          </span>
        </div>
        <Names node={node} onRename={onRename} onChange={onChange} />
        <Tooltip label={expanded ? 'Back to the side' : 'Input, settings and output side by side'}>
          <ActionIcon
            size={28}
            aria-label={expanded ? 'Make the panel smaller' : 'Make the panel larger'}
            onClick={() => onExpand(!expanded)}
          >
            {expanded ? <Minimize2 size={14} aria-hidden /> : <Maximize2 size={14} aria-hidden />}
          </ActionIcon>
        </Tooltip>
        <CloseButton size={28} aria-label="Close the settings" onClick={onClose} />
      </div>
      {!isTrigger && (
        <div className={classes['actions']}>
          <Tooltip position="bottom" label="Only this node, on the data that is shown as its input">
            <Button
              leftSection={<Play size={13} aria-hidden />}
              loading={test.isPending && test.variables?.scope === 'step'}
              onClick={() => test.mutate({ scope: 'step' })}
            >
              Run this step
            </Button>
          </Tooltip>
          <Tooltip
            position="bottom"
            label="The trigger and every node that leads here; pinned ones are not executed"
          >
            <Button
              variant="default"
              leftSection={<FastForward size={13} aria-hidden />}
              loading={test.isPending && test.variables?.scope === 'path'}
              onClick={() => test.mutate({ scope: 'path' })}
            >
              Run up to here
            </Button>
          </Tooltip>
        </div>
      )}
      {test.error !== null && <ProblemAlert error={test.error} />}
    </header>
  )
}

type NamesProps = Pick<PanelHeaderProps, 'node' | 'onRename' | 'onChange'>

/** The name is for people; the id is what expressions say. */
const Names = ({ node, onRename, onChange }: NamesProps) => {
  const [opened, setOpened] = useState(false)
  return (
    <Popover opened={opened} onChange={setOpened} width={300} position="bottom-end" trapFocus withArrow>
      <Popover.Target>
        <Tooltip label="Name and id">
          <ActionIcon size={28} aria-label="Change name and id" onClick={() => setOpened(!opened)}>
            <Pencil size={14} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown>
        {opened && <NameFields node={node} onRename={onRename} onChange={onChange} />}
      </Popover.Dropdown>
    </Popover>
  )
}

const NameFields = ({ node, onRename, onChange }: NamesProps) => {
  const [id, setId] = useState(node.id)
  const [refusal, setRefusal] = useState<string>()
  const rename = () => {
    if (id !== node.id) setRefusal(onRename(id))
  }
  return (
    <div className={classes['nameFields']}>
      <TextInput
        label="Name"
        description="For people; may be anything."
        value={typeof node.name === 'string' ? node.name : ''}
        placeholder={node.id}
        onChange={(event) => {
          const { name: _, ...rest } = node
          const name = event.currentTarget.value
          onChange({
            ...rest,
            id: node.id,
            type: node.type,
            params: node.params,
            ...(name === '' ? {} : { name }),
          })
        }}
      />
      <TextInput
        label="Id"
        description="What expressions and edges say; they follow a change."
        value={id}
        error={refusal}
        onChange={(event) => setId(event.currentTarget.value)}
        onBlur={rename}
        onKeyDown={(event) => {
          if (event.key === 'Enter') rename()
        }}
      />
    </div>
  )
}
