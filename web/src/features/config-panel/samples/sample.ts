import type { Json, JsonObject, Pin, Run, Step } from '@millrace/contracts'
import type { SampleScope } from '../expressions/scope.js'

/** What one run left behind: the data that expressions are tried on. */
export interface Sample {
  readonly run: Run
  /** By node id; steps inside containers are left out. */
  readonly steps: ReadonlyMap<string, Step>
  /** By node id, large ones loaded. */
  readonly outputs: ReadonlyMap<string, Json>
}

export type Pins = Readonly<Record<string, Pin>>

/** The steps of a run that are nodes of the definition itself. */
export const topSteps = (steps: readonly Step[]): ReadonlyMap<string, Step> =>
  new Map(steps.filter((step) => step.path === step.nodeId).map((step) => [step.nodeId, step]))

/** Whether a run has anything to show at a node: it ran, or something before it did. */
export const isSampleFor = (steps: ReadonlyMap<string, Step>, ids: readonly string[]): boolean =>
  ids.some((id) => {
    const status = steps.get(id)?.status
    return status !== undefined && status !== 'skipped'
  })

/** What the expressions of a node read; pinned outputs stand in for those of the run. */
export const scopeOf = (
  sample: Sample | undefined,
  upstream: readonly string[],
  pins: Pins,
  { workflow, vars }: { readonly workflow: JsonObject; readonly vars: JsonObject },
): SampleScope => {
  const steps: Record<string, { output?: Json; status?: string }> = {}
  for (const id of upstream) {
    const output = pins[id]?.output ?? sample?.outputs.get(id)
    const status = pins[id] === undefined ? sample?.steps.get(id)?.status : 'completed'
    if (output !== undefined || status !== undefined)
      steps[id] = { ...(output === undefined ? {} : { output }), ...(status === undefined ? {} : { status }) }
  }
  const run: JsonObject = sample === undefined ? {} : { id: sample.run.id, workflowId: sample.run.workflowId }
  const scope = { steps, run, workflow, vars }
  return sample === undefined ? scope : { ...scope, trigger: sample.run.input }
}
