import type { Json, PayloadRef } from '@millrace/contracts'
import { inputSteps, type RunState, type StepState, stepAt } from '@millrace/engine'
import type { ShownStep } from '../document/shown-step.js'

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

/**
 * What a step could read of the steps right before it: their outputs, of those it was reached from, or of the one it
 * undoes. Nothing for a step of an item that is over.
 */
export function inputsOf(state: RunState, { path }: Pick<ShownStep, 'path'>): NamedValue[] {
  const step = stepAt(state, path)
  if (step === undefined) return []
  return inputSteps(state, step).map((source) => {
    const { id } = state.graph.nodes[source.node]!
    return {
      name: id,
      expression: source.node === state.trigger ? 'trigger' : `steps.${id}.output`,
      value: outputOf(source),
    }
  })
}
