import { Button, Code, Group, Loader, Modal, Stack, Text } from '@mantine/core'
import type { RetryPlan } from '@millrace/contracts'
import type { Graph } from '@millrace/engine'
import { useMutation, useQuery } from '@tanstack/react-query'
import { ProblemAlert } from '../../../components/problem-alert.js'
import classes from './actions.module.css'
import { type UndoStep, undoSteps } from './undo-steps.js'

interface UndoDialogProps {
  readonly runId: string
  readonly graph: Graph
  readonly preview: () => Promise<RetryPlan>
  /** Gives the id of the run that undoes this one: asked twice, the same (I6). */
  readonly start: () => Promise<string>
  readonly onStarted: (runId: string) => void
  readonly onClose: () => void
}

/** Says which steps will undo what the run has done, in their order, and starts the run that does it. */
export const UndoDialog = ({ runId, graph, preview, start, onStarted, onClose }: UndoDialogProps) => {
  const plan = useQuery({ queryKey: ['undo-plan', runId], queryFn: preview, retry: false, gcTime: 0 })
  const starting = useMutation({ mutationFn: start, onSuccess: onStarted })
  const steps = plan.data === undefined ? undefined : undoSteps(graph, plan.data)
  return (
    <Modal opened onClose={onClose} title="Undo the run" size="md">
      <Stack gap="md">
        {plan.error !== null && <ProblemAlert error={plan.error} />}
        {plan.isPending && <Loader size="sm" aria-label="Looking what there is to undo" />}
        {steps?.length === 0 && <Text size="sm">Another run undoes it, or has undone it already.</Text>}
        {steps !== undefined && steps.length > 0 && (
          <>
            <Text size="sm">
              A new run, linked to this one, runs these steps one after the other. What they change outside
              stays changed.
            </Text>
            <Steps steps={steps} />
          </>
        )}
        {starting.error !== null && <ProblemAlert error={starting.error} />}
        <Group justify="end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            Close
          </Button>
          <Button
            {...(steps?.length === 0 ? {} : { color: 'red' })}
            disabled={steps === undefined}
            loading={starting.isPending}
            onClick={() => starting.mutate()}
          >
            {steps?.length === 0 ? 'Open that run' : 'Undo the run'}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

const MOST_STEPS = 100

const Steps = ({ steps }: { readonly steps: readonly UndoStep[] }) => {
  const rest = steps.length - MOST_STEPS
  return (
    <>
      <ol className={classes['steps']} aria-label="Steps that undo">
        {steps.slice(0, MOST_STEPS).map(({ path, undoes }) => (
          <li key={path}>
            <Code>{path}</Code> undoes <Code>{undoes}</Code>
          </li>
        ))}
      </ol>
      {rest > 0 && <Text size="sm">and {rest.toLocaleString('en')} more</Text>}
    </>
  )
}
