import { Button, Select } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useApi, useSession } from '../../../api/context.js'
import { keys } from '../../../api/keys.js'
import type { CredentialControl } from '../../../components/schema-form/form-context.js'
import { CredentialDialog } from './credential-dialog.js'
import classes from './credentials.module.css'

/** Names a credential of the types that the field takes, or makes one. */
export const CredentialPicker = ({
  field,
  value,
  onChange,
  labelId,
  describedBy,
  invalid,
}: CredentialControl) => {
  const { credentials } = useApi()
  const session = useSession()
  const [opened, dialog] = useDisclosure()
  const { data } = useQuery({
    queryKey: keys.credentials,
    queryFn: ({ signal }) => credentials.list(signal),
  })
  const names = (data?.items ?? [])
    .filter(({ type }) => field.types.length === 0 || field.types.includes(type))
    .map(({ name }) => name)
  // One that is gone, or that this person may not see, is still what the definition names.
  const options = value === '' || names.includes(value) ? names : [...names, value]
  const mayCreate = session.kind === 'signed-in' && session.identity.user.role === 'admin'
  return (
    <div className={classes['picker']}>
      <Select
        aria-labelledby={labelId}
        aria-describedby={describedBy}
        error={invalid}
        data={options}
        value={value === '' ? null : value}
        placeholder={`Choose a credential (${field.types.join(', ')})`}
        nothingFoundMessage="None yet"
        searchable
        onChange={(name) => onChange(name ?? undefined)}
      />
      <Button
        variant="default"
        leftSection={<Plus size={14} aria-hidden />}
        disabled={!mayCreate}
        title={mayCreate ? undefined : 'Only admins of the workspace create credentials'}
        onClick={dialog.open}
      >
        Create
      </Button>
      <CredentialDialog
        opened={opened}
        types={field.types}
        onClose={dialog.close}
        onCreated={(name) => {
          dialog.close()
          onChange(name)
        }}
      />
    </div>
  )
}
