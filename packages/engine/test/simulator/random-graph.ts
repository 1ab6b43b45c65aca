import { type Definition, type Edge, ERROR_PORT, MAIN_PORT, type Node } from '@millrace/contracts'
import { buildGraph, type Graph } from '../../src/index.js'
import { catalogue } from '../catalogue.js'
import type { Random } from './random.js'

/** Containers within containers, no deeper than this. */
const DEPTH = 2

/** A small valid graph: joins, ports, retries, failures and containers at random. */
export function randomGraph(random: Random): Graph {
  const settings: Definition['settings'] = {
    priority: 'normal',
    maxParallelSteps: 1 + random.int(4),
    ...(random.chance(0.2) ? { timeoutMs: 1 + random.int(2_000) } : {}),
  }
  const start = plainNode('start', 'trigger.manual')
  const { nodes, edges } = randomPart(random, 'n', [start], 1 + random.int(8), 0)
  const last = nodes[nodes.length - 1]!
  if (random.chance(0.3)) addUndoing(random, nodes)
  // A second trigger, which never fires, with what hangs on it.
  if (random.chance(0.2)) {
    nodes.push(plainNode('other', 'trigger.webhook'))
    edges.push({ from: 'other', to: last.id, port: MAIN_PORT })
  }
  return buildGraph({ format: 'millrace/v1', name: 'simulated', nodes, edges, settings }, catalogue)
}

/** `size` nodes more, each behind at least one of those before it; in a body some stand at its beginning. */
function randomPart(
  random: Random,
  prefix: string,
  first: readonly Node[],
  size: number,
  depth: number,
): { nodes: Node[]; edges: Edge[] } {
  const nodes = [...first]
  const edges: Edge[] = []
  for (let index = 0; index < size; index++) {
    const id = `${prefix}${index}`
    const sources =
      nodes.length === 0 || (depth > 0 && random.chance(0.2))
        ? []
        : [random.int(nodes.length), ...random.some([...nodes.keys()], 0.25)]
    for (const from of new Set(sources))
      edges.push({ from: nodes[from]!.id, to: id, port: portOf(nodes[from]!, random) })
    nodes.push(depth < DEPTH && random.chance(0.15) ? container(id, random, depth) : randomStep(id, random))
  }
  return { nodes, edges }
}

const container = (id: string, random: Random, depth: number): Node => ({
  ...plainNode(id, random.chance(0.6) ? 'test.map' : 'test.repeat'),
  ...failing(random),
  ...(random.chance(0.3) ? { timeoutMs: 1 + random.int(1_500) } : {}),
  body: randomPart(random, `${id}_`, [], 1 + random.int(3), depth + 1),
})

/** What undoes a node stands apart: no edge leads to it. Some of it is a container, in which nothing is undone. */
function addUndoing(random: Random, nodes: Node[]): void {
  for (const { body } of nodes) if (body !== undefined) addUndoing(random, body.nodes)
  for (const owner of random.some([...nodes], 0.4)) {
    if (owner.type === 'trigger.manual') continue
    owner.compensate = `${owner.id}-undo`
    const undoing = random.chance(0.1) ? container(owner.compensate, random, DEPTH) : undefined
    nodes.push({
      ...(undoing ?? randomStep(owner.compensate, random)),
      onError: random.pick(['fail', 'continue']),
    })
  }
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

const failing = (random: Random): Pick<Node, 'onError' | 'join'> => ({
  onError: random.pick(['fail', 'continue', 'continue', 'route', 'route']),
  join: random.chance(0.3) ? 'any' : 'all',
})

function randomStep(id: string, random: Random): Node {
  const retry = {
    maxAttempts: 1 + random.int(3),
    backoff: random.pick(['fixed', 'linear', 'exponential'] as const),
    delayMs: random.int(100),
    maxDelayMs: 1_000,
    jitter: random.pick(['none', 'full', 'equal'] as const),
  }
  return {
    ...plainNode(id, 'test.step'),
    ...failing(random),
    onCrash: random.chance(0.2) ? 'fail' : 'retry',
    ...(random.chance(0.5) ? { retry } : {}),
  }
}
