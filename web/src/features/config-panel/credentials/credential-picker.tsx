import { Button, Select } from '@mantine/core'
import { CREDENTIAL_TESTS } from '@millrace/contracts'
import { useQuery } from '@tanstack/react-query'
import { PlugZap, Plus } from 'lucide-react'
import { useState } from 'react'
import { useApi, useSession } from '../../../api/context.js'
import { keys } from '../../../api/keys.js'
import { CredentialForm } from '../../../components/credential-form/credential-form.js'
import { TestDialog } from '../../../components/credential-form/test-dialog.js'
import type { CredentialControl } from '../../../components/schema-form/form-context.js'
import classes from './credentials.module.css'

interface CredentialPickerProps extends CredentialControl {
  /** What the node calls, for a test. */
  readonly suggestedUrl: string | undefined
}

/** Names a credential of the types that the field takes, tries it, or makes one. */
export const CredentialPicker = ({
  field,
  value,
  onChange,
  labelId,
  describedBy,
  invalid,
  suggestedUrl,
}: CredentialPickerProps) => {
  const { credentials } = useApi()
  const session = useSession()
  const [dialog, setDialog] = useState<'create' | 'test'>()
  const close = () => setDialog(undefined)
  const { data } = useQuery({
    queryKey: keys.credentials,
    queryFn: ({ signal }) => credentials.list(signal),
  })
  const names = (data?.items ?? [])
    .filter(({ type }) => field.types.length === 0 || field.types.includes(type))
    .map(({ name }) => name)
  // One that is gone, or that this person may not see, is still what the definition names.
  const options = value === '' || names.includes(value) ? names : [...names, value]
  const chosen = data?.items.find(({ name }) => name === value)
  const isMissing = value !== '' && data !== undefined && !names.includes(value)
  const isAdmin = session.kind === 'signed-in' && session.identity.user.role === 'admin'
  return (
    <div className={classes['picker']}>
      <Select
        aria-labelledby={labelId}
        aria-describedby={describedBy}
        error={isMissing ? 'There is no credential of this name that fits here' : invalid}
        data={options}
        value={value === '' ? null : value}
        placeholder={`Choose a credential (${field.types.join(', ')})`}
        nothingFoundMessage="None yet"
        searchable
        onChange={(name) => onChange(name ?? undefined)}
      />
      <Button
        variant="default"
        size="sm"
        leftSection={<PlugZap size={14} aria-hidden />}
        disabled={!isAdmin || chosen === undefined || CREDENTIAL_TESTS[chosen.type] === 'none'}
        title={isAdmin ? undefined : 'Only admins of the workspace test credentials'}
        onClick={() => setDialog('test')}
      >
        Test
      </Button>
      <Button
        variant="default"
        size="sm"
        leftSection={<Plus size={14} aria-hidden />}
        disabled={!isAdmin}
        title={isAdmin ? undefined : 'Only admins of the workspace create credentials'}
        onClick={() => setDialog('create')}
      >
        Create
      </Button>
      {dialog === 'test' && chosen !== undefined && (
        <TestDialog credential={chosen} suggestedUrl={suggestedUrl} onClose={close} />
      )}
      {dialog === 'create' && (
        <CredentialForm
          types={field.types}
          suggestedUrl={suggestedUrl}
          onClose={close}
          onCreated={(name) => {
            close()
            onChange(name)
          }}
        />
      )}
    </div>
  )
}
