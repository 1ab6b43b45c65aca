import { Button, Group, Text, TextInput } from '@mantine/core'
import { CREDENTIAL_TESTS, type CredentialType, type TestCredentialAnswer } from '@millrace/contracts'
import { useMutation } from '@tanstack/react-query'
import { CircleCheck, CircleX, PlugZap } from 'lucide-react'
import { useState } from 'react'
import { ProblemAlert } from '../problem-alert.js'

interface CredentialTestProps {
  readonly type: CredentialType
  /** Changes with what is tested: what an earlier one came to is not said of it. */
  readonly subject: unknown
  readonly suggestedUrl?: string | undefined
  /** Undefined where there is nothing to test yet. */
  readonly test: (url: string | undefined) => Promise<TestCredentialAnswer | undefined>
}

/** Tries a credential and says what came of it. Nothing for a kind that cannot be tried by itself. */
export const CredentialTest = ({ type, subject, suggestedUrl = '', test }: CredentialTestProps) => {
  const [url, setUrl] = useState(suggestedUrl)
  const testing = useMutation({
    mutationFn: (asked: { subject: unknown; url: string | undefined }) => test(asked.url),
  })
  const kind = CREDENTIAL_TESTS[type]
  if (kind === 'none') return null
  const start = () => testing.mutate({ subject, url: kind === 'url' ? url.trim() : undefined })
  const isCurrent = testing.variables?.subject === subject
  return (
    <div>
      <Group gap="xs" align="end" wrap="nowrap">
        {kind === 'url' && (
          <TextInput
            flex={1}
            label="Test with a GET of"
            description="It carries the credential; any answer of 2xx is well."
            placeholder="https://api.example.com/me"
            value={url}
            onChange={(event) => setUrl(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return
              // Enter would save the form around it.
              event.preventDefault()
              if (url.trim() !== '') start()
            }}
          />
        )}
        <Button
          variant="default"
          size="sm"
          leftSection={<PlugZap size={14} aria-hidden />}
          loading={testing.isPending}
          disabled={kind === 'url' && url.trim() === ''}
          onClick={start}
        >
          Test
        </Button>
      </Group>
      {testing.error !== null && <ProblemAlert error={testing.error} />}
      <div role="status">{isCurrent && testing.data !== undefined && <Outcome answer={testing.data} />}</div>
    </div>
  )
}

const Outcome = ({ answer }: { readonly answer: TestCredentialAnswer }) => {
  const [Icon, state, words] = answer.ok
    ? [CircleCheck, 'succeeded', `It works: ${answer.message}.`]
    : [CircleX, 'failed', `It does not work: ${answer.error.message}.`]
  return (
    <Group gap={6} mt={8} wrap="nowrap" align="start">
      <Icon size={15} color={`var(--mr-state-${state})`} style={{ flex: 'none', marginTop: 2 }} aria-hidden />
      <Text size="sm">{words}</Text>
    </Group>
  )
}
