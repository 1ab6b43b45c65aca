import { Alert, Checkbox, Loader, Text } from '@mantine/core'
import type { RetryPlan } from '@millrace/contracts'
import { TriangleAlert } from 'lucide-react'
import { ProblemAlert } from '../../../components/problem-alert.js'
import classes from './actions.module.css'

interface RetryPlanViewProps {
  readonly plan: RetryPlan | undefined
  readonly error: unknown
  readonly isConfirmed: boolean
  readonly onConfirm: (isConfirmed: boolean) => void
}

/** What a retry is going to do, step by step, before it does it. */
export const RetryPlanView = ({ plan, error, isConfirmed, onConfirm }: RetryPlanViewProps) => {
  if (error !== null) return <ProblemAlert error={error} />
  if (plan === undefined) return <Loader size="sm" />
  const { version, reused, runs, repeatedWrites } = plan
  return (
    <div className={classes['plan']} role="status">
      <Text size="sm">
        A new run of version {version}, linked to this one, keeps {countOf(reused.length, 'step')} and runs{' '}
        {countOf(runs.length, 'step')}.
      </Text>
      <Paths title="Kept, with their outcome" paths={reused} />
      <Paths title="Runs" paths={runs.map(({ path, repeats }) => (repeats ? `${path} (once more)` : path))} />
      {repeatedWrites.length > 0 && (
        <Alert color="red" icon={<TriangleAlert size={16} aria-hidden />} title="Writes happen again, or may">
          <Text size="sm" mb="xs">
            {repeatedWrites.join(', ')} completed, or may have been sent, and so may have changed something
            outside. They do it once more.
          </Text>
          <Checkbox
            size="xs"
            label="Do them once more"
            checked={isConfirmed}
            onChange={(event) => onConfirm(event.currentTarget.checked)}
          />
        </Alert>
      )}
    </div>
  )
}

const countOf = (count: number, what: string): string =>
  `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`

const MOST_PATHS = 12

const Paths = ({ title, paths }: { readonly title: string; readonly paths: readonly string[] }) => {
  if (paths.length === 0) return null
  const rest = paths.length - MOST_PATHS
  return (
    <Text size="xs" c="dimmed">
      {title}: {paths.slice(0, MOST_PATHS).join(', ')}
      {rest > 0 && ` and ${rest.toLocaleString('en')} more`}
    </Text>
  )
}
