import { type Definition, type Edge, ERROR_PORT, MAIN_PORT, type Node } from '@millrace/contracts'
import { buildGraph, type Graph } from '../../src/index.js'
import { catalogue } from '../catalogue.js'
import type { Random } from './random.js'

/** A small valid graph: every node hangs on at least one before it; joins, ports, retries and failures at random. */
export function randomGraph(random: Random): Graph {
  const size = 2 + random.int(7)
  const nodes: Node[] = [plainNode('start', 'trigger.manual')]
  const edges: Edge[] = []
  for (let index = 1; index < size; index++) {
    for (const from of new Set([random.int(index), ...random.some([...nodes.keys()], 0.25)]))
      edges.push({ from: nodes[from]!.id, to: `n${index}`, port: portOf(nodes[from]!, random) })
    nodes.push(randomNode(`n${index}`, random))
  }
  if (random.chance(0.3)) {
    // What undoes a node stands apart: no edge leads to it.
    const undone = random.some(nodes.slice(1), 0.5)
    for (const owner of undone) {
      owner.compensate = `undo-${owner.id}`
      nodes.push({ ...randomNode(owner.compensate, random), onError: random.pick(['fail', 'continue']) })
    }
  }
  // A second trigger, which never fires, with what hangs on it.
  if (random.chance(0.2)) {
    nodes.push(plainNode('other', 'trigger.webhook'))
    edges.push({ from: 'other', to: `n${size - 1}`, port: MAIN_PORT })
  }
  return buildGraph(makeDefinition(nodes, edges, random), catalogue)
}

const portOf = ({ onError }: Node, random: Random): string =>
  onError === 'route' && random.chance(0.5) ? ERROR_PORT : MAIN_PORT

const plainNode = (id: string, type: string): Node => ({
  id,
  type,
  params: {},
  onError: 'fail',
  onCrash: 'retry',
  join: 'all',
})

function randomNode(id: string, random: Random): Node {
  const retry = {
    maxAttempts: 1 + random.int(3),
    backoff: random.pick(['fixed', 'linear', 'exponential'] as const),
    delayMs: random.int(100),
    maxDelayMs: 1_000,
    jitter: random.pick(['none', 'full', 'equal'] as const),
  }
  return {
    ...plainNode(id, 'test.step'),
    onError: random.pick(['fail', 'fail', 'continue', 'route']),
    onCrash: random.chance(0.2) ? 'fail' : 'retry',
    join: random.chance(0.3) ? 'any' : 'all',
    ...(random.chance(0.5) ? { retry } : {}),
  }
}

const makeDefinition = (nodes: Node[], edges: Edge[], random: Random): Definition => ({
  format: 'millrace/v1',
  name: 'simulated',
  nodes,
  edges,
  settings: {
    priority: 'normal',
    maxParallelSteps: 1 + random.int(4),
    ...(random.chance(0.2) ? { timeoutMs: 1 + random.int(2_000) } : {}),
  },
})
