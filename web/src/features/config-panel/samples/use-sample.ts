import { isTerminal, type Json } from '@millrace/contracts'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useApi } from '../../../api/context.js'
import { keys } from '../../../api/keys.js'
import { createRunApi, type RunApi } from '../../../api/run.js'
import { createTestRunsApi, type TestRunsApi } from '../../../api/test-runs.js'
import { shownPasses, withoutOtherPasses } from './passes.js'
import { firstSteps, isSampleFor, type Sample } from './sample.js'

/** How many of the latest runs are looked through. */
const LOOKED_AT = 10
/** Milliseconds between two looks at a run that goes on. */
const PACE_MS = 400

export const useTestRunsApi = (): TestRunsApi => {
  const { client } = useApi()
  return useMemo(() => createTestRunsApi(client), [client])
}

export interface SampleRequest {
  readonly workflowId: string
  /** The node, and those whose outputs it may read. */
  readonly ids: readonly string[]
  /** The run to take; the latest that has something to show when undefined. */
  readonly runId: string | undefined
  /** Around the node, the outermost first, and the pass of each that is shown where one was chosen. */
  readonly containers: readonly string[]
  readonly chosen: ReadonlyMap<string, number>
}

/** The latest run in which the node, or one before it, ran. */
export const useSample = ({ workflowId, ids, runId, containers, chosen }: SampleRequest) => {
  const { client } = useApi()
  const tests = useTestRunsApi()
  const { data, isPending } = useQuery({
    queryKey: [...keys.runs, 'sample', workflowId, runId, ...ids],
    queryFn: ({ signal }) => findRun(tests, workflowId, ids, runId, signal),
    refetchInterval: ({ state }) => {
      const run = state.data?.run
      return run !== undefined && !isTerminal(run.status) ? PACE_MS : false
    },
    placeholderData: (before) => before,
  })
  // What is read again and says the same is the same object: nothing is evaluated anew for a run that only waits.
  const known = useMemo(() => {
    if (data == null) return undefined
    const indexes = shownPasses(data.all, ids[0] ?? '', containers, chosen)
    return { ...data, indexes, steps: firstSteps(withoutOtherPasses(data.all, containers, indexes)) }
  }, [data, ids, containers, chosen])
  const large = useLargeOutputs(createRunApi(client), known, ids)
  const sample = useMemo(
    () => known && { ...known, outputs: outputsOf(known, ids, large.data) },
    [known, ids, large.data],
  )
  return { sample, indexes: known?.indexes ?? containers.map((id) => chosen.get(id) ?? 0), isPending }
}

/** Outputs that are kept beside the run, by their key. */
const useLargeOutputs = (
  runs: RunApi,
  known: Pick<Sample, 'run' | 'steps'> | undefined,
  ids: readonly string[],
) => {
  const refs = ids.flatMap((id) => known?.steps.get(id)?.outputRef ?? [])
  return useQuery({
    queryKey: [...keys.runs, 'outputs', known?.run.id, ...refs.map(({ key }) => key)],
    queryFn: async ({ signal }) => {
      const loaded: Record<string, Json> = {}
      for (const ref of refs) loaded[ref.key] = await runs.payload(known?.run.id ?? '', ref, signal)
      return loaded
    },
    enabled: known !== undefined && refs.length > 0,
    staleTime: Number.POSITIVE_INFINITY,
  })
}

/** By node id. */
const outputsOf = (
  { run, steps }: Pick<Sample, 'run' | 'steps'>,
  ids: readonly string[],
  large: Readonly<Record<string, Json>> = {},
): ReadonlyMap<string, Json> => {
  // What the trigger gave is kept with the run, not once more with its step.
  const outputs = new Map<string, Json>([[run.trigger, run.input]])
  for (const id of ids) {
    const { output, outputRef } = steps.get(id) ?? {}
    const value = outputRef === undefined ? output : large[outputRef.key]
    if (value !== undefined && id !== run.trigger) outputs.set(id, value)
  }
  return outputs
}

/** Null where no run has anything to show. */
const findRun = async (
  tests: TestRunsApi,
  workflowId: string,
  ids: readonly string[],
  runId: string | undefined,
  signal: AbortSignal,
): Promise<Pick<Sample, 'run' | 'all'> | null> => {
  const candidates =
    runId === undefined ? (await tests.latest(workflowId, LOOKED_AT, signal)).map(({ id }) => id) : [runId]
  for (const id of candidates) {
    // The run first: if it had ended by then, its steps are all there, and nothing asks again.
    const run = await tests.read(id, signal)
    const all = await tests.steps(id, signal)
    if (runId !== undefined || isSampleFor(firstSteps(all), ids)) return { run, all }
  }
  return null
}
