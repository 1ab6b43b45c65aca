import { isTerminal, type Json, type Step } from '@millrace/contracts'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useRef } from 'react'
import { useApi } from '../../../api/context.js'
import { keys } from '../../../api/keys.js'
import { createRunApi, type RunApi } from '../../../api/run.js'
import { createTestRunsApi, type TestRunsApi } from '../../../api/test-runs.js'
import { firstSteps, isSampleFor, type Sample } from './sample.js'

/** How many of the latest runs are looked through. */
const LOOKED_AT = 10
/** Milliseconds between two looks at a run that goes on. */
const PACE_MS = 400

export const useTestRunsApi = (): TestRunsApi => {
  const { client } = useApi()
  return useMemo(() => createTestRunsApi(client), [client])
}

/** The latest run in which the node, or one before it, ran. */
export const useSample = (workflowId: string, ids: readonly string[], runId: string | undefined) => {
  const { client } = useApi()
  const tests = useTestRunsApi()
  const { data, isPending } = useQuery({
    queryKey: [...keys.runs, 'sample', workflowId, runId, ...ids],
    queryFn: ({ signal }) => findSample(tests, createRunApi(client), workflowId, ids, runId, signal),
    refetchInterval: ({ state }) => {
      const run = state.data?.run
      return run !== undefined && !isTerminal(run.status) ? PACE_MS : false
    },
    placeholderData: (before) => before,
  })
  // A run that only waits is the same sample however often it is looked at: nothing is evaluated anew for it.
  const latest = useRef<{ readonly moment: string; readonly sample: Sample | undefined }>(undefined)
  const moment = JSON.stringify([data?.run.id, data?.run.lastSeq, ids])
  if (latest.current?.moment !== moment) latest.current = { moment, sample: data ?? undefined }
  return { sample: latest.current.sample, isPending }
}

/** Null where no run has anything to show. */
const findSample = async (
  tests: TestRunsApi,
  runs: RunApi,
  workflowId: string,
  ids: readonly string[],
  runId: string | undefined,
  signal: AbortSignal,
): Promise<Sample | null> => {
  const candidates =
    runId === undefined ? (await tests.latest(workflowId, LOOKED_AT, signal)).map(({ id }) => id) : [runId]
  for (const id of candidates) {
    // The run first: if it had ended by then, its steps are all there, and nothing asks again.
    const run = await tests.read(id, signal)
    const steps = firstSteps(await tests.steps(id, signal))
    if (runId === undefined && !isSampleFor(steps, ids)) continue
    const outputs = await loadOutputs(runs, id, steps, ids, signal)
    // What the trigger gave is kept with the run, not once more with its step.
    return { run, steps, outputs: new Map(outputs).set(run.trigger, run.input) }
  }
  return null
}

const loadOutputs = async (
  runs: RunApi,
  runId: string,
  steps: ReadonlyMap<string, Step>,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Json>> => {
  const outputs = new Map<string, Json>()
  for (const id of ids) {
    const step = steps.get(id)
    if (step?.output !== undefined) outputs.set(id, step.output)
    else if (step?.outputRef !== undefined) outputs.set(id, await runs.payload(runId, step.outputRef, signal))
  }
  return outputs
}
