import { Alert, Button, FileButton, Group, Modal, Stack, Text, Textarea } from '@mantine/core'
import type { Json } from '@millrace/contracts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CircleAlert, FileUp } from 'lucide-react'
import { useRef, useState } from 'react'
import { useApi } from '../../api/context.js'
import { keys } from '../../api/keys.js'
import { ProblemAlert } from '../../components/problem-alert.js'
import { type ImportedText, MAX_IMPORT_BYTES, readImport } from './import-text.js'

interface ImportDialogProps {
  readonly onClose: () => void
  readonly onImported: (workflowId: string) => void
}

/** Whatever is wrong with what was pasted, it stays in the field. */
export const ImportDialog = ({ onClose, onImported }: ImportDialogProps) => {
  const { workflows } = useApi()
  const queryClient = useQueryClient()
  const [text, setText] = useState('')
  const [fileProblem, setFileProblem] = useState<string>()
  const field = useRef<HTMLTextAreaElement>(null)
  const read = readImport(text)
  const send = useMutation({
    mutationFn: (definition: Json) => workflows.import(definition),
    onSuccess: async (imported) => {
      await queryClient.invalidateQueries({ queryKey: keys.workflows })
      onImported(imported.id)
    },
  })
  const change = (next: string) => {
    setText(next)
    setFileProblem(undefined)
    send.reset()
  }
  const open = async (file: File | null) => {
    if (file === null) return
    if (file.size > MAX_IMPORT_BYTES) return setFileProblem(`${file.name} is over 16 MB: not a definition.`)
    change(await file.text())
  }
  return (
    <Modal opened onClose={onClose} title="Import a workflow" size={680}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Text size="sm" c="dimmed">
            Paste a definition, or open a file. A workflow of the same name gets a new draft.
          </Text>
          <FileButton onChange={open} accept="application/json,.json">
            {(props) => (
              <Button {...props} variant="default" leftSection={<FileUp size={14} aria-hidden />}>
                Open a file
              </Button>
            )}
          </FileButton>
        </Group>
        <Textarea
          ref={field}
          aria-label="Definition"
          data-autofocus
          autosize
          minRows={14}
          maxRows={22}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12 } }}
          placeholder='{ "format": "millrace/v1", "name": "orders", "nodes": [ … ], "edges": [ … ] }'
          value={text}
          onChange={(event) => change(event.currentTarget.value)}
        />
        <ImportState read={read} fileProblem={fileProblem} onGoTo={() => goTo(field.current, read)} />
        {send.isError && <ProblemAlert error={send.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            disabled={read.kind !== 'definition'}
            loading={send.isPending}
            onClick={() => read.kind === 'definition' && send.mutate(read.value)}
          >
            {read.kind === 'definition' && read.name !== undefined ? `Import ${read.name}` : 'Import'}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

interface ImportStateProps {
  readonly read: ImportedText
  readonly fileProblem: string | undefined
  readonly onGoTo: () => void
}

const ImportState = ({ read, fileProblem, onGoTo }: ImportStateProps) => {
  const message = fileProblem ?? ('message' in read ? read.message : undefined)
  if (message === undefined) return null
  return (
    <Alert color="red" icon={<CircleAlert size={16} aria-hidden />} role="alert" title={message}>
      {fileProblem === undefined && read.kind === 'broken' && (
        <Button size="compact-sm" variant="default" onClick={onGoTo}>
          Go to line {read.line}, column {read.column}
        </Button>
      )}
    </Alert>
  )
}

/** Puts the cursor where the text breaks. */
const goTo = (field: HTMLTextAreaElement | null, read: ImportedText) => {
  if (field === null || read.kind !== 'broken') return
  const before = field.value.split('\n').slice(0, read.line - 1)
  const offset = before.reduce((sum, line) => sum + line.length + 1, 0) + read.column - 1
  field.focus()
  field.setSelectionRange(offset, offset + 1)
  field.scrollTop = (field.scrollHeight * (read.line - 3)) / field.value.split('\n').length
}
