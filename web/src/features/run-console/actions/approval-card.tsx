import { Button, Checkbox, Group, NumberInput, Select, Stack, Text, Textarea, TextInput } from '@mantine/core'
import type { Approval, DecideApprovalBody, FormField, Json } from '@millrace/contracts'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Check, X } from 'lucide-react'
import { useState } from 'react'
import { ProblemAlert } from '../../../components/problem-alert.js'
import { formatTime } from '../../../components/time/format-time.js'
import classes from './actions.module.css'

interface ApprovalCardProps {
  readonly runId: string
  readonly path: string
  readonly now: number
  /** The open approval of the step; null when it has been decided meanwhile. */
  readonly load: (signal: AbortSignal) => Promise<Approval | null>
  readonly decide: (id: string, body: DecideApprovalBody) => Promise<unknown>
}

type FormData = Readonly<Record<string, Json>>

/** What is asked, until when, and the two answers. The run's events show what came of it. */
export const ApprovalCard = ({ runId, path, now, load, decide }: ApprovalCardProps) => {
  const [data, setData] = useState<FormData>({})
  const [comment, setComment] = useState('')
  const asked = useQuery({ queryKey: ['approval', runId, path], queryFn: ({ signal }) => load(signal) })
  const deciding = useMutation({
    mutationFn: ({ id, body }: { id: string; body: DecideApprovalBody }) => decide(id, body),
  })
  if (asked.error !== null) return <ProblemAlert error={asked.error} />
  const approval = asked.data
  if (approval === undefined || approval === null) return null
  const { id, title, description, deadline, form, startedBy } = approval
  const answer = (decision: 'approve' | 'reject') =>
    deciding.mutate({
      id,
      body: {
        decision,
        ...(comment === '' ? {} : { comment }),
        ...(form.length === 0 || decision === 'reject' ? {} : { data: { ...data } }),
      },
    })
  return (
    <Stack className={classes['plan']} gap="xs" role="group" aria-label={`Approval: ${title}`}>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      {description !== undefined && <Text size="sm">{description}</Text>}
      <Text size="xs" c="dimmed">
        {startedBy !== null && `Asked by ${startedBy}. `}
        {deadline === null ? 'It has no deadline.' : `Until ${formatTime(Date.parse(deadline), now)}.`}
      </Text>
      {form.map((field) => (
        <Field
          key={field.name}
          field={field}
          value={data[field.name]}
          onChange={(value) => setData({ ...data, [field.name]: value })}
        />
      ))}
      <Textarea
        label="Comment"
        size="xs"
        autosize
        maxRows={6}
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
      />
      {deciding.error !== null && <ProblemAlert error={deciding.error} />}
      <Group gap="xs">
        <Button
          leftSection={<Check size={14} />}
          loading={deciding.isPending}
          disabled={deciding.isSuccess}
          onClick={() => answer('approve')}
        >
          Approve
        </Button>
        <Button
          variant="default"
          leftSection={<X size={14} />}
          disabled={deciding.isPending || deciding.isSuccess}
          onClick={() => answer('reject')}
        >
          Reject
        </Button>
      </Group>
    </Stack>
  )
}

interface FieldProps {
  readonly field: FormField
  readonly value: Json | undefined
  readonly onChange: (value: Json) => void
}

const Field = ({ field, value, onChange }: FieldProps) => {
  const { name, title = name, type, required, options = [] } = field
  const shared = { label: title, required, size: 'xs' } as const
  switch (type) {
    case 'boolean':
      return (
        <Checkbox
          {...shared}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      )
    case 'number':
      return (
        <NumberInput
          {...shared}
          value={typeof value === 'number' ? value : ''}
          onChange={(next) => typeof next === 'number' && onChange(next)}
        />
      )
    case 'choice':
      return (
        <Select
          {...shared}
          data={options}
          value={typeof value === 'string' ? value : null}
          onChange={(next) => next !== null && onChange(next)}
        />
      )
    case 'text':
      return (
        <TextInput
          {...shared}
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )
  }
}
