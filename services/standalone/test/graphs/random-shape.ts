import type { DefinitionInput } from '@millrace/contracts'
import { Random } from '../fuzz/random.js'
import type { Outside, Shape } from './shapes.js'

type NodeInput = DefinitionInput['nodes'][number]
type EdgeInput = DefinitionInput['edges'][number]
type Body = NonNullable<NodeInput['body']>

/** What the graph has used up: an event goes to one wait only. */
interface Making extends Outside {
  readonly random: Random
  waits: number
}

/** How deep containers go in containers. */
const DEEPEST = 2

/**
 * A graph from a seed: calls outside, conditions, error routes, joins, maps and repeats in each other, waits, called
 * workflows, retries. Whatever order its steps end in, and however often a worker dies, it has one right answer: what
 * depends on who comes first is left out. To be started with `INPUT`, and sent its events.
 */
export function randomShape(seed: number, outside: Outside): Shape {
  const making: Making = { ...outside, random: new Random(seed), waits: 0 }
  const { random } = making
  const count = 3 + random.below(9)
  const { nodes, edges } = grow(making, count, 'n', 0)
  const entered = new Set(edges.map(({ to }) => to))
  const entries = nodes.filter(({ id }) => !entered.has(id)).map(({ id }) => ({ from: 'start', to: id }))
  const end = random.chance(0.2) ? failingEnd(making, nodes, edges) : { nodes: [], edges: [] }
  return {
    nodes: [...nodes, ...end.nodes],
    edges: [...entries, ...edges, ...end.edges],
    ...(random.chance(0.2) ? { settings: { maxParallelSteps: 1 + random.below(3) } } : {}),
  }
}

function grow(making: Making, count: number, prefix: string, depth: number): Body & { edges: EdgeInput[] } {
  const { random } = making
  const nodes: NodeInput[] = []
  const edges: EdgeInput[] = []
  for (let index = 0; index < count; index += 1) {
    const id = `${prefix}${index}`
    const before = nodes.filter(() => random.chance(2 / (nodes.length + 1)))
    const from = index === 0 || (depth === 0 && random.chance(0.15)) ? [] : before
    nodes.push(nodeOf(making, id, from, depth))
    for (const each of from) edges.push(edgeOf(making, each, id))
  }
  return {
    nodes: nodes.map((node) => (isRouted(node, edges) ? node : { ...node, onError: 'continue' })),
    edges,
  }
}

/** An error without a way would end the run, and what else is cancelled then depends on who comes first. */
const isRouted = ({ id, onError }: NodeInput, edges: readonly EdgeInput[]): boolean =>
  onError !== 'route' || edges.some(({ from, port }) => from === id && port === 'error')

/** Fails the run, once everything else has ended: nothing may go on beside it. */
function failingEnd(making: Making, nodes: Body['nodes'], edges: readonly EdgeInput[]) {
  if (nodes.some(({ join }) => join === 'any')) return { nodes: [], edges: [] }
  const left = new Set(edges.map(({ from }) => from))
  const last: NodeInput = { id: 'last', type: 'flow.merge', params: { mode: 'object' } }
  const bad: NodeInput = { id: 'bad', type: 'http.request', params: { url: `${making.url}/refuse/bad` } }
  const ends = nodes.filter(({ id }) => !left.has(id))
  return {
    nodes: [last, bad],
    edges: [...ends.map((node) => edgeOf(making, node, 'last')), { from: 'last', to: 'bad' }],
  }
}

function edgeOf({ random }: Making, from: NodeInput, to: string): EdgeInput {
  const edge = { from: from.id, to }
  if (from.type === 'flow.condition') return { ...edge, port: random.pick(['true', 'false']) }
  if (from.onError === 'route' && random.chance(0.6)) return { ...edge, port: 'error' }
  return random.chance(0.15) ? { ...edge, when: `trigger.n > ${random.below(14)}` } : edge
}

const KINDS = ['say', 'say', 'say', 'refuse', 'flaky', 'set', 'set', 'check', 'merge', 'map', 'map', 'repeat']
const KINDS_OUTSIDE = [...KINDS, 'call', 'delay', 'script', 'wait']

function nodeOf(making: Making, id: string, from: readonly NodeInput[], depth: number): NodeInput {
  const { random, url, double } = making
  const kind = random.pick(depth === 0 ? KINDS_OUTSIDE : [...KINDS, 'delay', 'call'])
  const http = (path: string): NodeInput => ({
    id,
    type: 'http.request',
    params: { method: 'POST', url: `${url}/${path}` },
    // Of several that lead here any may be the first: what comes out is the same.
    ...(random.chance(0.15) ? { join: 'any' } : {}),
  })
  const goesOn = { onError: random.pick(['route', 'continue'] as const) }
  switch (kind) {
    case 'refuse':
      return { ...http(`refuse/${id}`), ...goesOn }
    case 'flaky':
      return {
        ...http(`flaky/${1 + random.below(3)}`),
        retry: { maxAttempts: 5, delayMs: 20, jitter: 'none' },
      }
    case 'set':
      return { id, type: 'transform.json', params: { expression: readingOf(making, from) } }
    case 'check':
      return { id, type: 'flow.condition', params: { if: `trigger.n > ${random.below(14)}` } }
    case 'merge':
      return { id, type: 'flow.merge', params: { mode: random.pick(['object', 'array']) } }
    case 'delay':
      return { id, type: 'flow.delay', params: { delayMs: 50 + random.below(400) } }
    case 'call':
      return { id, type: 'workflow.call', params: { workflow: double, input: { n: random.below(100) } } }
    case 'script':
      return {
        id,
        type: 'transform.script',
        params: { code: `return { n: trigger.n * ${random.below(9)} }` },
      }
    case 'wait':
      if (making.waits++ > 0) return http(`say/${id}`)
      return { id, type: 'flow.wait', params: { event: 'go', key: '{{ run.id }}' } }
    case 'map':
      return depth < DEEPEST ? mapOf(making, id, depth) : http(`say/${id}`)
    case 'repeat':
      return depth < DEEPEST ? repeatOf(making, id, depth) : http(`say/${id}`)
    default:
      return http(`say/${id}`)
  }
}

/** What it reads of those before it is there, or known not to be, whenever it runs. */
const readingOf = ({ random }: Making, from: readonly NodeInput[]): string =>
  from.length === 0 || random.chance(0.3)
    ? `trigger.n + ${random.below(9)}`
    : `[${from.map(({ id }) => `$exists(steps.${id}.output)`).join(', ')}]`

function mapOf(making: Making, id: string, depth: number): NodeInput {
  const { random } = making
  const { nodes, edges } = grow(making, 1 + random.below(3), `${id}x`, depth + 1)
  return {
    id,
    type: 'flow.map',
    params: {
      items: random.pick(['{{ trigger.list }}', '{{ [1..6] }}', '{{ trigger.none }}', '{{ [0..1] }}']),
      ...(random.chance(0.5) ? { concurrency: 1 + random.below(3) } : {}),
      ...(random.chance(0.3) ? { onItemError: 'collect' } : {}),
    },
    body: { nodes, edges },
  }
}

function repeatOf(making: Making, id: string, depth: number): NodeInput {
  const { random } = making
  const { nodes, edges } = grow(making, 1 + random.below(2), `${id}x`, depth + 1)
  const last = `${id}last`
  // It counts, whatever has become of those before it.
  const counting: NodeInput = { id: last, type: 'transform.json', params: { expression: 'index + 1' } }
  return {
    id,
    type: 'flow.repeat',
    params: { until: `steps.${last}.output >= ${1 + random.below(4)}` },
    body: { nodes: [...nodes, counting], edges },
  }
}
