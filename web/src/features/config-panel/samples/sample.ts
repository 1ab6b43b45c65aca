import type { Json, JsonObject, Pin, Run, Step } from '@millrace/contracts'
import type { SampleScope } from '../expressions/scope.js'

/** What one run left behind: the data that expressions are tried on. */
export interface Sample {
  readonly run: Run
  /** Those of all passes. */
  readonly all: readonly Step[]
  /** By node id; of a node inside of containers its step in the passes that are shown. */
  readonly steps: ReadonlyMap<string, Step>
  /** By node id, large ones loaded. */
  readonly outputs: ReadonlyMap<string, Json>
}

export type Pins = Readonly<Record<string, Pin>>

/** For each node the step it made; inside of containers that of the first pass in which it was not skipped. */
export const firstSteps = (steps: readonly Step[]): ReadonlyMap<string, Step> => {
  const first = new Map<string, Step>()
  for (const step of steps) {
    const known = first.get(step.nodeId)
    if (known === undefined || rankOf(step) < rankOf(known)) first.set(step.nodeId, step)
  }
  return first
}

/** Passes are counted in the path: `each[12].fetch`. Skipped ones come behind all others. */
const rankOf = ({ path, status }: Step): number =>
  (status === 'skipped' ? 1e9 : 0) +
  [...path.matchAll(/\[(\d+)\]/g)].reduce((sum, [, at]) => sum + Number(at), 0)

/** What a node in a container gets beside the steps: undefined where that is not known. */
export interface Pass {
  readonly index: number
  readonly item: Json | undefined
}

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
  {
    workflow,
    vars,
    pass,
  }: { readonly workflow: JsonObject; readonly vars: JsonObject; readonly pass: Pass | undefined },
): SampleScope => {
  const steps: Record<string, { output?: Json; status?: string }> = {}
  for (const id of upstream) {
    const output = pins[id]?.output ?? sample?.outputs.get(id)
    const status = pins[id] === undefined ? sample?.steps.get(id)?.status : 'completed'
    if (output !== undefined || status !== undefined)
      steps[id] = { ...(output === undefined ? {} : { output }), ...(status === undefined ? {} : { status }) }
  }
  const run: JsonObject = sample === undefined ? {} : { id: sample.run.id, workflowId: sample.run.workflowId }
  const scope = { steps, run, workflow, vars, ...passMembers(pass) }
  return sample === undefined ? scope : { ...scope, trigger: sample.run.input }
}

const passMembers = (pass: Pass | undefined): Partial<Pick<SampleScope, 'item' | 'index'>> => {
  if (pass === undefined) return {}
  return pass.item === undefined ? { index: pass.index } : { index: pass.index, item: pass.item }
}
