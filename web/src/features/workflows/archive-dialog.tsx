import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { WorkflowListItem } from '@millrace/contracts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useApi } from '../../api/context.js'
import { keys } from '../../api/keys.js'
import { ProblemAlert } from '../../components/problem-alert.js'

interface ArchiveDialogProps {
  readonly workflow: WorkflowListItem
  readonly onClose: () => void
}

export const ArchiveDialog = ({ workflow, onClose }: ArchiveDialogProps) => {
  const { workflows } = useApi()
  const queryClient = useQueryClient()
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
          Its webhooks and schedules stop at once and no new run starts. Runs that have begun go on, and all
          of them stay to be looked at. The name becomes free.
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
