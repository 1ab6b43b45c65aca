import { Button, Group, Modal, PasswordInput, Select, Stack, TextInput } from '@mantine/core'
import { credentialType } from '@millrace/contracts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useApi } from '../../api/context.js'
import { keys } from '../../api/keys.js'
import { ProblemAlert } from '../../components/problem-alert.js'
import {
  CREDENTIAL_KINDS,
  type CredentialDraft,
  type CredentialType,
  readCredential,
} from './credential-fields.js'

const TYPES = credentialType.options.map((value) => ({ value, label: CREDENTIAL_KINDS[value].label }))

export const CredentialForm = ({ onClose }: { readonly onClose: () => void }) => {
  const { credentials } = useApi()
  const queryClient = useQueryClient()
  const [name, setName] = useState('')
  const [type, setType] = useState<CredentialType>('secret')
  const [values, setValues] = useState<Readonly<Record<string, string>>>({})
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({})
  const create = useMutation({
    mutationFn: (draft: CredentialDraft & { valid: true }) =>
      credentials.create(draft.name, draft.credential),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: keys.credentials })
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const draft = readCredential(name.trim(), type, values)
    setProblems(draft.valid ? {} : draft.problems)
    if (draft.valid) create.mutate(draft)
  }
  const kind = CREDENTIAL_KINDS[type]
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
            description={kind.use}
            size="sm"
            allowDeselect={false}
            data={TYPES}
            value={type}
            onChange={(value) => setType(credentialType.parse(value))}
          />
          {kind.fields.map((field) => {
            const Input = field.secret ? PasswordInput : TextInput
            return (
              <Input
                key={`${type}.${field.name}`}
                label={field.label}
                size="sm"
                autoComplete={field.secret ? 'new-password' : 'off'}
                error={problems[field.name]}
                value={values[field.name] ?? ''}
                onChange={(event) => setValues({ ...values, [field.name]: event.currentTarget.value })}
                {...(field.secret
                  ? { visibilityToggleButtonProps: { 'aria-label': 'Show what is typed' } }
                  : {})}
              />
            )
          })}
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
