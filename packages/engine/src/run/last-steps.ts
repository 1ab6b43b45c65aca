import type { Body } from '../graph/bodies.js'
import type { Graph } from '../graph/graph.js'
import type { StepState } from './state.js'

type Ended = Pick<StepState, 'status'>

/**
 * The completed steps whose outputs are what a pass through the body gives: those that no edge leaves, and those whose
 * only edges are of the error port, where nothing that these lead to has run.
 */
export const lastSteps = <S extends Ended>(
  graph: Graph,
  body: Pick<Body, 'sinks'>,
  stepOf: (node: number) => S | undefined,
): S[] =>
  body.sinks.flatMap((node) => {
    const step = stepOf(node)
    if (step?.status !== 'completed') return []
    return graph.outgoing(node).some((edge) => hasRun(stepOf(graph.target(edge)))) ? [] : [step]
  })

const hasRun = (step: Ended | undefined): boolean => step?.status === 'completed' || step?.status === 'failed'
