import { Code, Group, Text } from '@mantine/core'
import type { StepError } from '@millrace/contracts'
import classes from './steps.module.css'

/** Why something failed, and what to do about it. */
export const ErrorCard = ({ error }: { readonly error: StepError }) => (
  <div className={classes['error']}>
    <Group gap="xs" mb={4}>
      <Code>{error.code}</Code>
      {error.retryable === false && (
        <Text size="xs" c="dimmed">
          Trying again does not help
        </Text>
      )}
    </Group>
    <Text size="sm">{error.message}</Text>
    {error.hint !== undefined && (
      <Text size="sm" c="dimmed" mt={4}>
        {error.hint}
      </Text>
    )}
  </div>
)
