import { Button, Group, Modal, Radio, Stack, TextInput } from '@mantine/core'
import { type JsonObject, parseJson, stringifyJson } from '@millrace/contracts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useApi } from '../../api/context.js'
import { keys } from '../../api/keys.js'
import { ProblemAlert } from '../../components/problem-alert.js'
import type { Template } from './templates/template.js'
import { TEMPLATES } from './templates/templates.js'

interface NewWorkflowDialogProps {
  readonly template: Template | undefined
  readonly onClose: () => void
  readonly onCreated: (workflowId: string) => void
}

const EMPTY = 'Empty canvas'

export const NewWorkflowDialog = ({ template, onClose, onCreated }: NewWorkflowDialogProps) => {
  const { workflows } = useApi()
  const queryClient = useQueryClient()
  const [chosen, setChosen] = useState(template?.title ?? EMPTY)
  const [name, setName] = useState(template?.definition.name ?? '')
  const create = useMutation({
    mutationFn: () => workflows.create(definitionOf(chosen, name.trim())),
    onSuccess: async (created) => {
      await queryClient.invalidateQueries({ queryKey: keys.workflows })
      onCreated(created.id)
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate()
  }
  const choose = (title: string) => {
    setChosen(title)
    const suggestion = TEMPLATES.find((each) => each.title === title)?.definition.name
    if (name === '' || TEMPLATES.some((each) => each.definition.name === name)) setName(suggestion ?? '')
  }
  return (
    <Modal opened onClose={onClose} title="New workflow" size={480}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {create.isError && <ProblemAlert error={create.error} />}
          <TextInput
            label="Name"
            description="Letters, digits, spaces, . _ or -"
            required
            data-autofocus
            maxLength={128}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Radio.Group label="Start from" value={chosen} onChange={choose}>
            <Stack gap={10} mt={6}>
              <Radio value={EMPTY} label={EMPTY} description="A manual trigger and nothing else." />
              {TEMPLATES.map(({ title, summary }) => (
                <Radio key={title} value={title} label={title} description={summary} />
              ))}
            </Stack>
          </Radio.Group>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending}>
              Create
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

const definitionOf = (chosen: string, name: string): JsonObject => {
  const template = TEMPLATES.find(({ title }) => title === chosen)
  const definition = template?.definition ?? {
    format: 'millrace/v1',
    nodes: [{ id: 'start', type: 'trigger.manual', name: 'By hand' }],
    edges: [],
  }
  // A template is written in TypeScript; what is sent is plain JSON.
  return parseJson(stringifyJson({ ...definition, name })) as JsonObject
}
