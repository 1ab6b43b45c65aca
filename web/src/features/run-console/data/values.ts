import type { Json, PayloadRef } from '@millrace/contracts'
import { type RunState, type StepState, stepAt } from '@millrace/engine'
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
export function inputsOf(state: RunState, { path, node }: ShownStep): NamedValue[] {
  const { graph } = state
  const scope = stepAt(state, path)?.scope
  if (scope === undefined) return []
  const owner = graph.ownerOf(node)
  const reached = graph
    .incoming(node)
    .filter((edge) => scope.edges[edge - scope.body.firstEdge] === 'taken')
    .map((edge) => graph.edges[edge]!.from)
  const sources = owner === undefined ? reached : [graph.nodes[owner]!.id]
  return [...new Set(sources)].map((id) => {
    const source = stepAt(state, scope.prefix + id)
    return {
      name: id,
      expression: source?.node === state.trigger ? 'trigger' : `steps.${id}.output`,
      value: source === undefined ? { kind: 'none' } : outputOf(source),
    }
  })
}
