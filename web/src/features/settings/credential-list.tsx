import { ActionIcon, Button, Group, Loader, Modal, Stack, Text, Tooltip } from '@mantine/core'
import { CREDENTIAL_TESTS, type CredentialSummary } from '@millrace/contracts'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound, PlugZap, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useApi } from '../../api/context.js'
import { keys } from '../../api/keys.js'
import { CREDENTIAL_KINDS } from '../../components/credential-form/credential-fields.js'
import { CredentialForm } from '../../components/credential-form/credential-form.js'
import { TestDialog } from '../../components/credential-form/test-dialog.js'
import tableClasses from '../../components/data-table.module.css'
import { EmptyState } from '../../components/empty-state.js'
import { PageHeader } from '../../components/page-header.js'
import { ProblemAlert } from '../../components/problem-alert.js'
import { TimeAgo, useNow } from '../../components/time/time-ago.js'

export const CredentialList = () => {
  const { credentials } = useApi()
  const [creating, setCreating] = useState(false)
  const [removing, setRemoving] = useState<CredentialSummary>()
  const [testing, setTesting] = useState<CredentialSummary>()
  const { data, error, isPending, refetch } = useQuery({
    queryKey: keys.credentials,
    queryFn: ({ signal }) => credentials.list(signal),
  })
  const add = (
    <Button leftSection={<Plus size={14} aria-hidden />} onClick={() => setCreating(true)}>
      New credential
    </Button>
  )
  return (
    <>
      <PageHeader
        title="Credentials"
        detail="Values are encrypted, and nobody can read them back: to change one, delete it and enter it again."
        actions={add}
      />
      {error !== null && (
        <div style={{ padding: '0 24px' }}>
          <ProblemAlert error={error} onRetry={() => void refetch()} />
        </div>
      )}
      {isPending && <Loader size="sm" m={48} aria-label="Loading credentials" />}
      {data?.items.length === 0 && (
        <EmptyState icon={KeyRound} title="No credentials yet">
          A credential holds what a step needs to reach another system: a token, a password, a database URL.
          Workflows name it and never hold its value.
        </EmptyState>
      )}
      {data !== undefined && data.items.length > 0 && (
        <Rows items={data.items} onTest={setTesting} onRemove={setRemoving} />
      )}
      {creating && (
        <CredentialForm types={[]} onClose={() => setCreating(false)} onCreated={() => setCreating(false)} />
      )}
      {testing !== undefined && <TestDialog credential={testing} onClose={() => setTesting(undefined)} />}
      {removing !== undefined && (
        <RemoveDialog credential={removing} onClose={() => setRemoving(undefined)} />
      )}
    </>
  )
}

interface RowsProps {
  readonly items: readonly CredentialSummary[]
  readonly onTest: (credential: CredentialSummary) => void
  readonly onRemove: (credential: CredentialSummary) => void
}

const Rows = ({ items, onTest, onRemove }: RowsProps) => {
  const now = useNow(30_000)
  return (
    <table className={tableClasses['root']}>
      <thead>
        <tr>
          <th>Name</th>
          <th>Kind</th>
          <th>Created</th>
          <th aria-label="Actions" />
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={item.id}>
            <td style={{ fontWeight: 550 }}>{item.name}</td>
            <td>{CREDENTIAL_KINDS[item.type].label}</td>
            <td className={tableClasses['dim']}>
              <TimeAgo at={item.createdAt} now={now} />
            </td>
            <td className={tableClasses['number']}>
              {CREDENTIAL_TESTS[item.type] !== 'none' && (
                <Tooltip label="Test">
                  <ActionIcon aria-label={`Test ${item.name}`} onClick={() => onTest(item)}>
                    <PlugZap size={15} aria-hidden />
                  </ActionIcon>
                </Tooltip>
              )}
              <ActionIcon aria-label={`Delete ${item.name}`} onClick={() => onRemove(item)}>
                <Trash2 size={15} aria-hidden />
              </ActionIcon>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

interface RemoveDialogProps {
  readonly credential: CredentialSummary
  readonly onClose: () => void
}

const RemoveDialog = ({ credential, onClose }: RemoveDialogProps) => {
  const { credentials } = useApi()
  const queryClient = useQueryClient()
  const remove = useMutation({
    mutationFn: () => credentials.remove(credential.id),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: keys.credentials })
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} title={`Delete ${credential.name}?`} size={420}>
      <Stack gap="md">
        <Text size="sm">
          Its value is gone for good. Steps that name it fail until there is a credential of this name again.
        </Text>
        {remove.isError && <ProblemAlert error={remove.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            Keep it
          </Button>
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
            Delete
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
