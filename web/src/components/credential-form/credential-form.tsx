import { Button, Group, Modal, PasswordInput, Select, Stack, TextInput } from '@mantine/core'
import { type CredentialType, credentialType } from '@millrace/contracts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useApi } from '../../api/context.js'
import { keys } from '../../api/keys.js'
import { ProblemAlert } from '../problem-alert.js'
import { CREDENTIAL_KINDS, type CredentialDraft, readCredential } from './credential-fields.js'
import { CredentialTest } from './credential-test.js'

interface CredentialFormProps {
  /** Kinds to choose from; all when empty. */
  readonly types: readonly string[]
  /** For a test of it. */
  readonly suggestedUrl?: string | undefined
  readonly onClose: () => void
  readonly onCreated: (name: string) => void
}

type Values = Readonly<Record<string, string>>

/** Makes a credential, and tries it before if asked to. Its value is never shown again. */
export const CredentialForm = ({ types, suggestedUrl, onClose, onCreated }: CredentialFormProps) => {
  const { credentials } = useApi()
  const kinds = credentialType.options.filter((each) => types.length === 0 || types.includes(each))
  const [name, setName] = useState('')
  const [type, setType] = useState<CredentialType>(kinds[0] ?? 'secret')
  const [values, setValues] = useState<Values>({})
  const [problems, setProblems] = useState<Values>({})
  const create = useCreate(onCreated)
  const read = (calledSo: string) => {
    const draft = readCredential(calledSo, type, values)
    setProblems(draft.valid ? {} : draft.problems)
    return draft
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    // React hands the event on to the form that this one was opened from.
    event.stopPropagation()
    const draft = read(name.trim())
    if (draft.valid) create.mutate(draft)
  }
  return (
    <Modal opened onClose={onClose} title="New credential" size={440}>
      <form onSubmit={submit} autoComplete="off">
        <Stack gap="sm">
          {create.isError && <ProblemAlert error={create.error} />}
          <TextInput
            label="Name"
            description="Workflows refer to it by this name."
            data-autofocus
            error={problems['credentialName']}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select
            label="Kind"
            description={CREDENTIAL_KINDS[type].use}
            size="sm"
            allowDeselect={false}
            data={kinds.map((value) => ({ value, label: CREDENTIAL_KINDS[value].label }))}
            value={type}
            onChange={(value) => setType(credentialType.parse(value))}
          />
          <ValueFields type={type} values={values} problems={problems} onChange={setValues} />
          <CredentialTest
            key={type}
            type={type}
            subject={values}
            suggestedUrl={suggestedUrl}
            // Its name is no part of what is tried.
            test={async (url) => {
              const draft = read('unnamed')
              return draft.valid ? await credentials.testNew(draft.credential, url) : undefined
            }}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

const useCreate = (onCreated: (name: string) => void) => {
  const { credentials } = useApi()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (draft: CredentialDraft & { valid: true }) =>
      credentials.create(draft.name, draft.credential),
    onSuccess: async ({ name }) => {
      await queryClient.invalidateQueries({ queryKey: keys.credentials })
      onCreated(name)
    },
  })
}

interface ValueFieldsProps {
  readonly type: CredentialType
  readonly values: Values
  readonly problems: Values
  readonly onChange: (values: Values) => void
}

const ValueFields = ({ type, values, problems, onChange }: ValueFieldsProps) =>
  CREDENTIAL_KINDS[type].fields.map((field) => {
    const Input = field.secret ? PasswordInput : TextInput
    return (
      <Input
        key={`${type}.${field.name}`}
        label={field.label}
        size="sm"
        autoComplete={field.secret ? 'new-password' : 'off'}
        error={problems[field.name]}
        value={values[field.name] ?? ''}
        onChange={(event) => onChange({ ...values, [field.name]: event.currentTarget.value })}
        {...(field.secret ? { visibilityToggleButtonProps: { 'aria-label': 'Show what is typed' } } : {})}
      />
    )
  })
