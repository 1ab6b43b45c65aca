import { type Json, stepErrorToJson } from '@millrace/contracts'
import { inputSteps, type RunState, stepAt } from '@millrace/engine'
import type { NodeContext } from '@millrace/nodes'
import { ITEM_TRIGGER } from '../plan/plan.js'
import type { RunScope } from './scope.js'

/** What a step is given by those that led to it: outputs, and `{ error }` of one that failed and led on by its error port. */
export function stepInputs(state: RunState, path: string, scope: RunScope): NodeContext['inputs'] {
  const step = stepAt(state, path)
  if (step === undefined) return []
  return inputSteps(state, step).flatMap(({ node, error }) => {
    const { id } = state.graph.nodes[node]!
    const status = scope.view.steps[id]?.status
    if (id === ITEM_TRIGGER || (status !== 'completed' && status !== 'failed')) return []
    const failure: Json | undefined =
      status === 'failed' && error !== null ? { error: stepErrorToJson(error) } : undefined
    return [{ node: id, output: failure ?? scope.output(id) }]
  })
}
