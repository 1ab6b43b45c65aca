import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { WorkflowListItem } from '@millrace/contracts'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useApi } from '../../api/context.js'
import { keys } from '../../api/keys.js'
import { ProblemAlert } from '../../components/problem-alert.js'
import { sayRunsUnderWay } from './runs-under-way.js'

interface ArchiveDialogProps {
  readonly workflow: WorkflowListItem
  readonly onClose: () => void
}

export const ArchiveDialog = ({ workflow, onClose }: ArchiveDialogProps) => {
  const { workflows } = useApi()
  const queryClient = useQueryClient()
  const underWay = useQuery({
    queryKey: keys.runsUnderWay(workflow.id),
    queryFn: ({ signal }) => workflows.runsUnderWay(workflow.id, signal),
    // What was counted for an earlier look says nothing now.
    gcTime: 0,
  })
  const archive = useMutation({
    mutationFn: () => workflows.archive(workflow.id),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: keys.workflows })
      notifications.show({ message: `${workflow.name} is archived` })
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} title={`Archive ${workflow.name}?`} size={420}>
      <Stack gap="md">
        <Text size="sm">
          Its webhooks and schedules stop at once and no new run starts, also not by a retry. All runs stay to
          be looked at. The name becomes free.
        </Text>
        <Text size="sm" role="status" fw={500}>
          {sayRunsUnderWay(underWay)}
        </Text>
        {archive.isError && <ProblemAlert error={archive.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            Keep it
          </Button>
          <Button color="red" loading={archive.isPending} onClick={() => archive.mutate()}>
            Archive
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
