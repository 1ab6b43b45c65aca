import { Button, Group, Popover, Text } from '@mantine/core'
import { isTerminal, type RunStatus } from '@millrace/contracts'
import { useMutation } from '@tanstack/react-query'
import { Ban, Pause, Play, RotateCcw, Undo2 } from 'lucide-react'
import { useState } from 'react'
import { ProblemAlert } from '../../../components/problem-alert.js'

export interface RunActionsProps {
  /** As it is now, whatever moment is looked at. */
  readonly status: RunStatus
  readonly cancel: () => Promise<unknown>
  readonly pause: () => Promise<unknown>
  readonly resume: () => Promise<unknown>
  readonly onRetry: () => void
  /** Undefined where there is nothing to undo. */
  readonly onUndo: (() => void) | undefined
}

type Asked = 'cancel' | 'pause' | 'resume'

const PROGRESS: Record<Asked, string> = {
  cancel: 'Cancel requested; stopping its steps …',
  pause: 'Pause requested; letting its steps end …',
  resume: 'Resume requested …',
}

/** What an operator may do with the run as it stands. A request that is accepted shows until the run has followed. */
export const RunActions = ({ status, cancel, pause, resume, onRetry, onUndo }: RunActionsProps) => {
  const [asked, setAsked] = useState<Asked>()
  const acts = { cancel, pause, resume }
  const acting = useMutation({
    mutationFn: (what: Asked) => acts[what](),
    onSuccess: (_, what) => setAsked(what),
  })
  if (isTerminal(status)) {
    return (
      <Group gap="xs" wrap="nowrap">
        {onUndo !== undefined && (
          <Button variant="default" leftSection={<Undo2 size={14} />} onClick={onUndo}>
            Undo …
          </Button>
        )}
        <Button variant="default" leftSection={<RotateCcw size={14} />} onClick={onRetry}>
          Run again …
        </Button>
      </Group>
    )
  }
  const pending = asked !== undefined && !hasFollowed(asked, status) ? asked : undefined
  return (
    <Group gap="xs">
      {pending !== undefined && (
        <Text size="sm" c="dimmed" role="status">
          {PROGRESS[pending]}
        </Text>
      )}
      {acting.error !== null && <ProblemAlert error={acting.error} />}
      {status === 'paused' ? (
        <Button
          leftSection={<Play size={14} />}
          loading={acting.isPending}
          onClick={() => acting.mutate('resume')}
        >
          Resume
        </Button>
      ) : (
        status !== 'pending' && (
          <Button
            variant="default"
            leftSection={<Pause size={14} />}
            disabled={pending !== undefined}
            onClick={() => acting.mutate('pause')}
          >
            Pause
          </Button>
        )
      )}
      <CancelButton disabled={pending === 'cancel'} onConfirm={() => acting.mutate('cancel')} />
    </Group>
  )
}

/** True once the run is where the request wanted it. */
const hasFollowed = (what: Asked, status: RunStatus): boolean => {
  if (what === 'pause') return status === 'paused'
  return what === 'resume' && status !== 'paused'
}

const CancelButton = ({
  disabled,
  onConfirm,
}: {
  readonly disabled: boolean
  readonly onConfirm: () => void
}) => {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <Popover opened={isOpen} onChange={setIsOpen} position="bottom-end" withArrow trapFocus>
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<Ban size={14} />}
          disabled={disabled}
          onClick={() => setIsOpen(!isOpen)}
        >
          Cancel
        </Button>
      </Popover.Target>
      <Popover.Dropdown maw={320}>
        <Text size="sm" mb="sm">
          Steps that run are stopped; what they have done outside so far stays done.
        </Text>
        <Group justify="end" gap="xs">
          <Button variant="default" onClick={() => setIsOpen(false)}>
            Keep running
          </Button>
          <Button
            color="red"
            onClick={() => {
              setIsOpen(false)
              onConfirm()
            }}
          >
            Cancel the run
          </Button>
        </Group>
      </Popover.Dropdown>
    </Popover>
  )
}
