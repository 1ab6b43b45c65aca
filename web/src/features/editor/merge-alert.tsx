import { Alert, Button, Code, Group, Text } from '@mantine/core'
import { stringifyJson } from '@millrace/contracts'
import { GitMerge } from 'lucide-react'
import type { MergeNotice } from './autosave/draft-saver.js'
import type { Conflict } from './document/merge.js'
import classes from './editor.module.css'
import { useEditor } from './store/context.js'

/** What another author did meanwhile, and where both changed the same thing. */
export const MergeAlert = ({
  notice,
  onClose,
}: {
  readonly notice: MergeNotice
  readonly onClose: () => void
}) => {
  const { summary, conflicts } = notice
  const parts = [
    ...describe('added', summary.added),
    ...describe('changed', summary.changed),
    ...describe('removed', summary.removed),
  ]
  return (
    <Alert
      className={classes['notice'] ?? ''}
      icon={<GitMerge size={16} aria-hidden />}
      title="Somebody else edits this workflow: both changes are here"
      withCloseButton
      closeButtonLabel="Close"
      onClose={onClose}
      role="status"
    >
      <Text size="sm">{parts.length === 0 ? 'They changed no node.' : `They ${parts.join(', ')}.`}</Text>
      {conflicts.map((conflict) => (
        <ConflictRow key={`${conflict.table} ${conflict.key} ${conflict.member ?? ''}`} conflict={conflict} />
      ))}
    </Alert>
  )
}

const describe = (verb: string, ids: readonly string[]): string[] =>
  ids.length === 0
    ? []
    : [`${verb} ${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ` and ${ids.length - 3} more` : ''}`]

const ConflictRow = ({ conflict }: { readonly conflict: Conflict }) => {
  const { store } = useEditor()
  const { key, member, mine, theirs, takeTheirs } = conflict
  return (
    <Group gap="xs" mt={6} wrap="nowrap">
      <Text size="sm" style={{ flex: 1 }}>
        Both changed <strong>{member === undefined ? key : `${key} ${member}`}</strong>: yours stands,{' '}
        <Code>{show(mine)}</Code>, theirs was <Code>{show(theirs)}</Code>
      </Text>
      <Button
        size="compact-xs"
        variant="default"
        onClick={() => store.getState().perform(`Take theirs: ${key}`, [takeTheirs])}
      >
        Take theirs
      </Button>
    </Group>
  )
}

const show = (value: unknown): string => (value === undefined ? 'deleted' : stringifyJson(value).slice(0, 60))
