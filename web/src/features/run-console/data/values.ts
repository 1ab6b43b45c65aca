import type { Json, PayloadRef } from '@millrace/contracts'
import { type RunState, type StepState, stepAt } from '@millrace/engine'

/** A value of the run: at hand, stored by reference, or not there (yet). */
export type Value =
  | { readonly kind: 'json'; readonly json: Json }
  | { readonly kind: 'stored'; readonly ref: PayloadRef }
  | { readonly kind: 'none' }

export interface NamedValue {
  readonly name: string
  /** The expression that reads it. */
  readonly expression: string
  readonly value: Value
}

/** What a step gave. */
export function outputOf({ output, outputRef }: Pick<StepState, 'output' | 'outputRef'>): Value {
  if (outputRef !== undefined) return { kind: 'stored', ref: outputRef }
  return output === undefined ? { kind: 'none' } : { kind: 'json', json: output }
}

/** What a step could read of the steps right before it: their outputs, of those it was reached from. */
export function inputsOf(state: RunState, step: StepState): NamedValue[] {
  const { graph } = state
  const sources = graph
    .incoming(step.node)
    .filter((edge) => state.edges[edge] === 'taken')
    .map((edge) => graph.edges[edge]!.from)
  return [...new Set(sources)].map((path) => {
    const source = stepAt(state, path)
    return {
      name: path,
      expression: source?.node === state.trigger ? 'trigger' : `steps.${path}.output`,
      value: source === undefined ? { kind: 'none' } : outputOf(source),
    }
  })
}
