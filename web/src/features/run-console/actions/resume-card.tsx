import { Button, CopyButton, Group, JsonInput, Stack, TextInput } from '@mantine/core'
import type { Json } from '@millrace/contracts'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Check, Copy, Play } from 'lucide-react'
import { useState } from 'react'
import { ApiError } from '../../../api/api-error.js'
import { ProblemAlert } from '../../../components/problem-alert.js'
import { readJsonText } from '../../../components/schema-form/model/json-text.js'
import classes from './actions.module.css'

interface ResumeCardProps {
  readonly runId: string
  readonly path: string
  readonly loadUrl: (signal: AbortSignal) => Promise<string>
  /** The payload becomes the step's output. */
  readonly resume: (payload: Json) => Promise<unknown>
}

/** A step that waits for a call of its URL: the URL, and the call itself. Nothing for those who may not operate runs. */
export const ResumeCard = ({ runId, path, loadUrl, resume }: ResumeCardProps) => {
  const [text, setText] = useState('')
  const url = useQuery({
    queryKey: ['resume-url', runId, path],
    queryFn: ({ signal }) => loadUrl(signal),
    retry: false,
  })
  const resuming = useMutation({ mutationFn: resume })
  if (url.error instanceof ApiError && url.error.status === 403) return null
  if (url.error !== null) return <ProblemAlert error={url.error} onRetry={() => void url.refetch()} />
  if (url.data === undefined) return null
  const read = readJsonText(text)
  const payload = read.ok ? (read.value ?? null) : undefined
  return (
    <Stack className={classes['plan']} gap="xs" role="group" aria-label={`Resume ${path}`}>
      <Group gap="xs" wrap="nowrap" align="end">
        <TextInput
          flex={1}
          size="xs"
          label="Resume URL"
          description="A POST to it ends the wait; its JSON body becomes the output."
          readOnly
          value={url.data}
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyUrl url={url.data} />
      </Group>
      <JsonInput
        size="xs"
        label="Output"
        placeholder="null"
        autosize
        maxRows={8}
        value={text}
        onChange={setText}
        error={read.ok ? undefined : read.message}
      />
      {resuming.error !== null && <ProblemAlert error={resuming.error} />}
      <Group justify="end">
        <Button
          size="xs"
          leftSection={<Play size={13} />}
          disabled={payload === undefined}
          loading={resuming.isPending}
          onClick={() => payload !== undefined && resuming.mutate(payload)}
        >
          Resume the step
        </Button>
      </Group>
    </Stack>
  )
}

const CopyUrl = ({ url }: { readonly url: string }) => (
  <CopyButton value={url}>
    {({ copied, copy }) => (
      <Button
        size="xs"
        variant="default"
        leftSection={copied ? <Check size={13} /> : <Copy size={13} />}
        onClick={copy}
      >
        {copied ? 'Copied' : 'Copy'}
      </Button>
    )}
  </CopyButton>
)
