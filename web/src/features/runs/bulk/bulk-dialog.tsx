import { Button, Checkbox, Group, Loader, Modal, Progress, Stack, Text } from '@mantine/core'
import type { BulkAction, BulkOperation } from '@millrace/contracts'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useApi } from '../../../api/context.js'
import { keys } from '../../../api/keys.js'
import { ProblemAlert } from '../../../components/problem-alert.js'
import { type Selection, toBulkFilter } from './selection.js'

interface BulkDialogProps {
  readonly action: BulkAction
  readonly selection: Selection
  readonly onClose: () => void
}

const WORDS: Readonly<Record<BulkAction, { title: string; verb: string; consequence: string }>> = {
  retry: {
    title: 'Retry runs',
    verb: 'Retry',
    consequence:
      'Each becomes a new run, linked to the old one. What completed is kept; the rest runs again.',
  },
  cancel: {
    title: 'Cancel runs',
    verb: 'Cancel',
    consequence: 'Running steps are stopped. What they have already sent outside stays sent.',
  },
  pause: {
    title: 'Pause runs',
    verb: 'Pause',
    consequence: 'Running steps end, then the runs rest until somebody resumes them.',
  },
  resume: { title: 'Resume runs', verb: 'Resume', consequence: 'The runs go on where they rested.' },
}

/** Counts first, then does it to just the runs that were counted, and shows how far it has come. */
export const BulkDialog = ({ action, selection, onClose }: BulkDialogProps) => {
  const { runs } = useApi()
  const queryClient = useQueryClient()
  // Belongs to what is counted: the server starts with the options it was asked about.
  const [confirm, setConfirm] = useState(false)
  const preview = useQuery({
    queryKey: ['bulk', 'preview', action, selection, confirm],
    queryFn: ({ signal }) =>
      runs.previewBulk({ action, filter: toBulkFilter(selection, Date.now()), confirm }, signal),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const start = useMutation({ mutationFn: (token: string) => runs.startBulk(token) })
  const { operation, error: lost } = useOperation(start.data)
  const close = () => {
    void queryClient.invalidateQueries({ queryKey: keys.runs })
    onClose()
  }
  const words = WORDS[action]
  const count = preview.data?.count ?? 0
  const error = preview.error ?? start.error ?? lost
  return (
    <Modal opened onClose={close} title={words.title} size={440}>
      <Stack gap="md">
        {error !== null && <ProblemAlert error={error} />}
        {preview.isPending && <Loader size="sm" aria-label="Counting runs" />}
        {operation === undefined && preview.isSuccess && (
          <Question count={count} words={words} selection={selection} />
        )}
        {operation === undefined && action === 'retry' && (
          <Checkbox
            label="Let writes happen again that completed or may have been sent"
            description="Otherwise runs are refused whose retry would repeat what they have changed outside, or may have."
            checked={confirm}
            onChange={(event) => setConfirm(event.currentTarget.checked)}
          />
        )}
        {operation !== undefined && <BulkProgress operation={operation} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            {operation === undefined ? 'Leave them' : 'Close'}
          </Button>
          {operation === undefined && (
            <Button
              color={action === 'cancel' ? 'red' : 'iris'}
              disabled={count === 0}
              loading={start.isPending}
              onClick={() => preview.data !== undefined && start.mutate(preview.data.token)}
            >
              {words.verb} {runsOf(count)}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  )
}

const runsOf = (count: number): string => (count === 1 ? '1 run' : `${count} runs`)

interface QuestionProps {
  readonly count: number
  readonly words: { readonly verb: string; readonly consequence: string }
  readonly selection: Selection
}

const Question = ({ count, words, selection }: QuestionProps) => (
  <Text size="sm">
    {selection.kind === 'ticked' && count < selection.ids.size
      ? `${count} of the ${selection.ids.size} selected fit. `
      : `${runsOf(count)} will be acted on. `}
    {count > 0 && words.consequence}
  </Text>
)

const useOperation = (started: BulkOperation | undefined) => {
  const { runs } = useApi()
  const { data, error } = useQuery({
    queryKey: ['bulk', 'operation', started?.id],
    queryFn: ({ signal }) => runs.readBulk(started?.id ?? '', signal),
    enabled: started !== undefined,
    refetchInterval: ({ state }) =>
      state.data?.status === 'running' || state.data === undefined ? 500 : false,
  })
  return { operation: data ?? started, error }
}

const BulkProgress = ({ operation }: { readonly operation: BulkOperation }) => {
  const { total, done, skipped, failed, status } = operation
  const share = total === 0 ? 100 : ((done + skipped + failed) / total) * 100
  return (
    <Stack gap="xs">
      <Progress value={share} aria-label="Progress" />
      <output>
        {done} of {total} done
        {skipped > 0 && `, ${skipped} no longer fitted`}
        {failed > 0 && `, ${failed} refused`}
        {status !== 'running' && '.'}
      </output>
      {operation.errors.slice(0, 3).map((error) => (
        <Text key={error.runId} size="xs" c="dimmed">
          {error.runId.slice(-8)}: {error.message}
        </Text>
      ))}
    </Stack>
  )
}
