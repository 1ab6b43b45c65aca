import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { type JsonObject, parseJson, stringifyJson, type Workflow } from '@millrace/contracts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useApi } from '../../api/context.js'
import { keys } from '../../api/keys.js'
import { ProblemAlert } from '../../components/problem-alert.js'

interface RestoreDialogProps {
  readonly workflow: Workflow
  readonly number: number
  readonly onClose: () => void
}

/** History is never rewritten: the old definition becomes the draft, and the draft a new version. */
export const RestoreDialog = ({ workflow, number, onClose }: RestoreDialogProps) => {
  const { workflows } = useApi()
  const queryClient = useQueryClient()
  const restore = useMutation({
    mutationFn: async () => {
      const { definition } = await workflows.version(workflow.id, number)
      // A definition is JSON; its type only has optional members that JSON leaves out.
      const draft = parseJson(stringifyJson({ ...definition, name: workflow.name })) as JsonObject
      await workflows.saveDraft(workflow.id, { definition: draft, baseRevision: workflow.draftRevision })
      return workflows.publish(workflow.id, `Restores version ${number}`)
    },
    onSuccess: async (version) => {
      notifications.show({ message: `Version ${number} is published again, as version ${version.number}` })
      onClose()
    },
    // Also when only the first half went through.
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.workflows }),
  })
  return (
    <Modal opened onClose={onClose} title={`Restore version ${number}?`} size={440}>
      <Stack gap="md">
        <Text size="sm">
          It is published again under a new number, and new runs use it from then on. Runs that have begun
          stay on their version.
        </Text>
        {workflow.draftAhead && workflow.publishedVersion !== null && (
          <Alert color="red" title="The draft has changes that are not published">
            They are replaced by version {number}. Publish them first to keep them in the history.
          </Alert>
        )}
        {restore.isError && <ProblemAlert error={restore.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Leave it
          </Button>
          <Button loading={restore.isPending} onClick={() => restore.mutate()}>
            Restore and publish
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
