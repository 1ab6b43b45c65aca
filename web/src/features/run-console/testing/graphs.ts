import { type DefinitionInput, definition, MAIN_PORT } from '@millrace/contracts'
import { buildGraph, type Graph, type NodeCatalogue } from '@millrace/engine'

const catalogue: NodeCatalogue = {
  types: [],
  get: (type) => ({ trigger: type.startsWith('trigger.'), ports: () => [MAIN_PORT], checkParams: () => [] }),
}

/** Edges read `from>to` or `from.port>to`; nodes are named by them and by `fields`, and `start` is the trigger. */
export function graphOf(
  edges: readonly string[],
  fields: Record<string, Partial<DefinitionInput['nodes'][number]>> = {},
  settings: NonNullable<DefinitionInput['settings']> = {},
): Graph {
  const parsed = edges.map((text) => {
    const [source = '', to = ''] = text.split('>')
    const [from = '', port = MAIN_PORT] = source.split('.')
    return { from, port, to }
  })
  const ids = new Set(['start', ...parsed.flatMap(({ from, to }) => [from, to]), ...Object.keys(fields)])
  const nodes = [...ids].map((id) => ({
    id,
    type: id === 'start' ? 'trigger.manual' : 'test.step',
    ...fields[id],
  }))
  return buildGraph(
    definition.parse({ format: 'millrace/v1', name: 'test', nodes, edges: parsed, settings }),
    catalogue,
  )
}

export const ORIGIN = { trigger: 'start', input: { hello: 'world' } }

/** `start`, then `lanes` chains of `length` steps each. */
export function wideGraph(lanes: number, length: number): Graph {
  const edges: string[] = []
  for (let lane = 0; lane < lanes; lane++) {
    edges.push(`start>s${lane}_0`)
    for (let place = 1; place < length; place++) edges.push(`s${lane}_${place - 1}>s${lane}_${place}`)
  }
  return graphOf(edges, {}, { maxParallelSteps: 64 })
}
