import type { Json } from '@millrace/contracts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { keys } from '../../../api/keys.js'
import type { Pins, Sample } from '../samples/sample.js'
import { useTestRunsApi } from '../samples/use-sample.js'

export interface TestRunOptions {
  readonly workflowId: string
  readonly nodeId: string
  readonly sample: Sample | undefined
  readonly pins: Pins
  /** For the trigger, where there is no sample. */
  readonly example: Json
  /** Stores the draft as it stands, and gives its revision. */
  readonly saveDraft: () => Promise<number>
  readonly onStarted: (runId: string) => void
}

export interface Try {
  /** `path` with all that leads to the node; `step` the node alone, on the sample. */
  readonly scope: 'path' | 'step'
  /** For the trigger; that of the sample when left out. */
  readonly input?: Json
}

/** Stores the draft, then runs the node. */
export const useTestRun = ({
  workflowId,
  nodeId,
  sample,
  pins,
  example,
  saveDraft,
  onStarted,
}: TestRunOptions) => {
  const api = useTestRunsApi()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: async ({ scope, input }: Try) => {
      const draftRevision = await saveDraft()
      const body = {
        workflow: workflowId,
        draftRevision,
        target: nodeId,
        scope,
        pins,
        ...(sample === undefined
          ? { input: example }
          : { sample: sample.run.id, trigger: sample.run.trigger }),
        ...(input === undefined ? {} : { input }),
      }
      return api.start(body, crypto.randomUUID())
    },
    onSuccess: async ({ id }) => {
      onStarted(id)
      await queries.invalidateQueries({ queryKey: keys.runs })
    },
  })
}
