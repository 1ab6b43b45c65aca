import { Button, Group, JsonInput, Modal, Radio, Select, Stack, Switch } from '@mantine/core'
import { type Json, type RetryPlan, stringifyJson } from '@millrace/contracts'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ProblemAlert } from '../../../components/problem-alert.js'
import { readJsonText } from '../../../components/schema-form/model/json-text.js'
import { RetryPlanView } from './retry-plan.js'
import { type RetryChoice, type RetryRequest, retryRequest } from './retry-request.js'

interface RetryDialogProps {
  readonly runId: string
  readonly trigger: string
  readonly input: Json
  readonly hasFailed: boolean
  /** Paths to begin with. */
  readonly steps: readonly string[]
  readonly selected: string | undefined
  readonly preview: (request: RetryRequest) => Promise<RetryPlan>
  /** Starts it; gives the new run's id. The key makes a second click the same retry (I6). */
  readonly start: (request: RetryRequest, key: string) => Promise<string>
  readonly onStarted: (runId: string) => void
  readonly onClose: () => void
}

const FROM = [
  { value: 'failed', label: 'From what failed', hint: 'Keeps what completed, runs the rest.' },
  { value: 'step', label: 'From a step', hint: 'Runs it and all that comes after it again.' },
  { value: 'start', label: 'From the start', hint: 'Runs everything again.' },
] as const

const faultOf = (text: string): string | undefined => {
  const read = readJsonText(text)
  if (!read.ok) return read.message
  return read.value === undefined ? 'Write the input as JSON, null for none' : undefined
}

/** Says what each way of running again will do, and does it. */
export const RetryDialog = (props: RetryDialogProps) => {
  const { runId, trigger, hasFailed, preview, start, onStarted, onClose } = props
  const [choice, setChoice] = useState<RetryChoice>({
    from: hasFailed ? 'failed' : 'start',
    step: props.selected ?? trigger,
    version: 'same',
    input: undefined,
  })
  const [isConfirmed, setIsConfirmed] = useState(false)
  const [key] = useState(() => crypto.randomUUID())
  const asked = retryRequest(choice, trigger, false)
  const plan = useQuery({
    queryKey: ['retry-plan', runId, asked],
    queryFn: () => (asked === undefined ? undefined : preview(asked)),
    enabled: asked !== undefined,
    retry: false,
  })
  const starting = useMutation({
    mutationFn: (request: RetryRequest) => start(request, `${key}:${stringifyJson(choice)}`.slice(0, 255)),
    onSuccess: onStarted,
  })
  const request = retryRequest(choice, trigger, isConfirmed)
  const mustConfirm = (plan.data?.repeatedWrites.length ?? 0) > 0 && !isConfirmed
  return (
    <Modal opened onClose={onClose} title="Run again" size="lg">
      <Stack gap="md">
        <ChoiceFields {...props} choice={choice} onChange={(change) => setChoice({ ...choice, ...change })} />
        {asked !== undefined && (
          <RetryPlanView
            plan={plan.data}
            error={plan.error}
            isConfirmed={isConfirmed}
            onConfirm={setIsConfirmed}
          />
        )}
        {starting.error !== null && <ProblemAlert error={starting.error} />}
        <Group justify="end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button
            disabled={request === undefined || plan.data === undefined || mustConfirm}
            loading={starting.isPending}
            onClick={() => request !== undefined && starting.mutate(request)}
          >
            Start the new run
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

interface ChoiceFieldsProps extends Pick<RetryDialogProps, 'hasFailed' | 'steps' | 'input'> {
  readonly choice: RetryChoice
  readonly onChange: (change: Partial<RetryChoice>) => void
}

const ChoiceFields = ({ choice, onChange, hasFailed, steps, input }: ChoiceFieldsProps) => (
  <>
    <Radio.Group
      label="Begin"
      value={choice.from}
      onChange={(value) => {
        const from = FROM.find((each) => each.value === value)?.value
        if (from !== undefined) onChange({ from })
      }}
    >
      <Stack gap="xs" mt="xs">
        {FROM.filter(({ value }) => hasFailed || value !== 'failed').map(({ value, label, hint }) => (
          <Radio key={value} value={value} label={label} description={hint} />
        ))}
      </Stack>
    </Radio.Group>
    {choice.from === 'step' && (
      <Select
        label="Step"
        data={[...steps]}
        value={choice.step}
        searchable
        limit={50}
        allowDeselect={false}
        onChange={(step) => step !== null && onChange({ step })}
      />
    )}
    <Radio.Group
      label="Version"
      value={choice.version}
      onChange={(value) => onChange({ version: value === 'latest' ? 'latest' : 'same' })}
    >
      <Group mt="xs">
        <Radio value="same" label="The same" />
        <Radio value="latest" label="The one published now" />
      </Group>
    </Radio.Group>
    {choice.from !== 'failed' && (
      <>
        <Switch
          label="Edit the input"
          checked={choice.input !== undefined}
          onChange={(event) =>
            onChange({ input: event.currentTarget.checked ? stringifyJson(input, 2) : undefined })
          }
        />
        {choice.input !== undefined && (
          <JsonInput
            label="Input"
            error={faultOf(choice.input)}
            autosize
            minRows={4}
            maxRows={14}
            value={choice.input}
            onChange={(text) => onChange({ input: text })}
          />
        )}
      </>
    )}
  </>
)
