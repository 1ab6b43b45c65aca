import type { RunInput } from '@millrace/engine'
import type { ClaimedRun } from '@millrace/run-store'
import { edgesOnPorts, type Plan } from '../plan/plan.js'
import type { RunScopes } from './scopes.js'
import { toStepError } from './step-error.js'
import { takenEdges } from './step-executor.js'

/** What the engine hears of a step that ends with its seed instead of being executed. */
export async function reusedInput(
  { path, node, attempt }: { readonly path: string; readonly node: number; readonly attempt: number },
  run: ClaimedRun,
  plan: Plan,
  scopes: RunScopes,
): Promise<RunInput> {
  const seed = run.seeds.get(path)
  if (seed === undefined) throw new Error(`run ${run.id} has no seed for ${path}`)
  const { output, outputRef, error, reused } = seed
  const known = seed.taken
  if (seed.failed && error !== undefined)
    return { kind: 'step_errored', path, attempt, error, random: 0, taken: known ?? [], reused }
  const scope = scopes.at(path)
  try {
    const asked =
      known === undefined && edgesOnPorts(plan, node, seed.ports).some((edge) => plan.conditions[edge])
    const own = asked && outputRef !== undefined ? await scope.read(outputRef) : output
    const taken = known ?? (await takenEdges(plan, node, seed.ports, scope, own))
    return {
      kind: 'step_completed',
      path,
      attempt,
      output,
      taken,
      reused,
      ...(outputRef === undefined ? {} : { outputRef }),
      ...(error === undefined ? {} : { error }),
    }
  } catch (cause) {
    return { kind: 'step_errored', path, attempt, error: toStepError(cause), random: 0, taken: [], reused }
  }
}
