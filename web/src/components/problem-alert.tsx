import { Alert, Button, Code, Group, Text } from '@mantine/core'
import { CircleAlert } from 'lucide-react'
import { ApiError } from '../api/api-error.js'

interface ProblemAlertProps {
  readonly error: unknown
  readonly onRetry?: () => void
}

/** What went wrong, what to do about it, and what to quote when asking for help. */
export const ProblemAlert = ({ error, onRetry }: ProblemAlertProps) => {
  const problem = describeProblem(error)
  return (
    <Alert color="red" icon={<CircleAlert size={16} aria-hidden />} title={problem.title} role="alert">
      <Text size="sm">{problem.hint}</Text>
      <Group gap="xs" mt="xs">
        {onRetry !== undefined && (
          <Button size="compact-sm" variant="default" onClick={onRetry}>
            Try again
          </Button>
        )}
        <Code>{problem.code}</Code>
        {problem.requestId !== undefined && (
          <Text size="xs" c="dimmed">
            Request {problem.requestId}
          </Text>
        )}
      </Group>
    </Alert>
  )
}

const describeProblem = (error: unknown) => {
  if (!(error instanceof ApiError))
    return { title: String(error), hint: 'This is a fault of the page. Load it again.', code: 'PAGE_ERROR' }
  const { requestId } = error.problem
  return {
    title: error.message,
    hint: error.hint,
    code: error.code,
    ...(typeof requestId === 'string' ? { requestId } : {}),
  }
}
