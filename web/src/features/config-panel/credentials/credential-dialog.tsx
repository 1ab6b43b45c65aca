import { Button, Group, Modal, PasswordInput, Select, Stack, Text, TextInput } from '@mantine/core'
import { type CredentialData, createCredentialBody } from '@millrace/contracts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useApi } from '../../../api/context.js'
import { keys } from '../../../api/keys.js'
import { ProblemAlert } from '../../../components/problem-alert.js'
import { CREDENTIAL_FORMS } from './credential-forms.js'

interface CredentialDialogProps {
  readonly opened: boolean
  readonly types: readonly string[]
  readonly onClose: () => void
  readonly onCreated: (name: string) => void
}

/** Makes a credential without leaving the form that needs it. Its value is never shown again. */
export const CredentialDialog = ({ opened, types, onClose, onCreated }: CredentialDialogProps) => (
  <Modal opened={opened} onClose={onClose} title="New credential">
    {opened && <CredentialFields types={types} onClose={onClose} onCreated={onCreated} />}
  </Modal>
)

const CredentialFields = ({ types, onClose, onCreated }: Omit<CredentialDialogProps, 'opened'>) => {
  const known = CREDENTIAL_FORMS.filter((form) => types.length === 0 || types.includes(form.type))
  const [type, setType] = useState<CredentialData['type'] | undefined>(known[0]?.type)
  const [name, setName] = useState('')
  const [values, setValues] = useState<Readonly<Record<string, string>>>({})
  const form = known.find((each) => each.type === type)
  const body = createCredentialBody.safeParse({ name, credential: { type, data: dataOf(form, values) } })
  const create = useCreate(onCreated)
  const submit = (event: FormEvent) => {
    // React hands the event on to the form that this dialog was opened from.
    event.stopPropagation()
    event.preventDefault()
    if (body.success) create.mutate(body.data)
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label="Name"
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {known.length > 1 && (
          <Select
            label="Type"
            data={known.map((each) => ({ value: each.type, label: each.title }))}
            value={type ?? null}
            allowDeselect={false}
            onChange={(chosen) => setType(known.find((each) => each.type === chosen)?.type)}
          />
        )}
        {form?.fields.map((field) => {
          const Input = field.secret ? PasswordInput : TextInput
          return (
            <Input
              key={field.name}
              label={field.title}
              autoComplete="off"
              value={values[field.name] ?? ''}
              onChange={(event) => setValues({ ...values, [field.name]: event.currentTarget.value })}
            />
          )
        })}
        {create.error !== null && <ProblemAlert error={create.error} />}
        <Text size="xs" c="dimmed">
          Values are encrypted, and never shown again.
        </Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={!body.success} loading={create.isPending}>
            Create
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

const dataOf = (
  form: (typeof CREDENTIAL_FORMS)[number] | undefined,
  values: Readonly<Record<string, string>>,
): Record<string, string> =>
  Object.fromEntries((form?.fields ?? []).map(({ name }) => [name, values[name] ?? '']))

const useCreate = (onCreated: (name: string) => void) => {
  const { credentials } = useApi()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ name, credential }: { name: string; credential: CredentialData }) =>
      credentials.create(name, credential),
    onSuccess: async ({ name }) => {
      await queries.invalidateQueries({ queryKey: keys.credentials })
      onCreated(name)
    },
  })
}
