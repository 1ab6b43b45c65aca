import type { DefinitionInput } from '@millrace/contracts'

export interface Workload {
  readonly name: 'W1' | 'W2' | 'W3' | 'W4' | 'W5'
  readonly title: string
  /** `upstream` is the URL of a local JSON server. */
  definition(upstream: string): DefinitionInput
}

type Nodes = DefinitionInput['nodes']
type Edges = DefinitionInput['edges']

const hook = (path: string) => ({
  id: 'hook',
  type: 'trigger.webhook',
  params: { path, auth: { kind: 'none' }, respond: 'immediately' },
})

const transform = (id: string, value: string) => ({
  id,
  type: 'transform.json',
  params: { value: { n: value } },
})

function chain(length: number): { nodes: Nodes; edges: Edges } {
  const nodes: Nodes = []
  const edges: Edges = []
  for (let i = 1; i <= length; i++) {
    const source = i === 1 ? 'trigger.body.n' : `steps.t${i - 1}.output.n`
    nodes.push(transform(`t${i}`, `{{ ${source} + 1 }}`))
    edges.push({ from: i === 1 ? 'hook' : `t${i - 1}`, to: `t${i}` })
  }
  return { nodes, edges }
}

function workflow(name: string, nodes: Nodes, edges: Edges): DefinitionInput {
  return { format: 'millrace/v1', name, nodes: [hook(name), ...nodes], edges }
}

function fanOut(width: number): DefinitionInput {
  const nodes: Nodes = []
  const edges: Edges = []
  for (let i = 0; i < width; i++) {
    nodes.push(transform(`b${i}`, `{{ trigger.body.n + ${i} }}`))
    edges.push({ from: 'hook', to: `b${i}` }, { from: `b${i}`, to: 'merge' })
  }
  nodes.push({ id: 'merge', type: 'flow.merge', params: { mode: 'array' } })
  return workflow('w3', nodes, edges)
}

export const WORKLOADS: readonly Workload[] = [
  {
    name: 'W1',
    title: 'webhook → 3 transforms',
    definition: () => workflow('w1', chain(3).nodes, chain(3).edges),
  },
  {
    name: 'W2',
    title: 'webhook → 10 transforms',
    definition: () => workflow('w2', chain(10).nodes, chain(10).edges),
  },
  { name: 'W3', title: 'fan-out to 20 → merge', definition: () => fanOut(20) },
  {
    name: 'W4',
    title: 'script summing 1..1000 → transform',
    definition: () =>
      workflow(
        'w4',
        [
          {
            id: 'sum',
            type: 'transform.script',
            params: { code: 'let s = 0; for (let i = 1; i <= 1000; i++) s += i; return { s }' },
          },
          transform('double', '{{ steps.sum.output.s * 2 }}'),
        ],
        [
          { from: 'hook', to: 'sum' },
          { from: 'sum', to: 'double' },
        ],
      ),
  },
  {
    name: 'W5',
    title: 'HTTP request to a local server → transform',
    definition: (upstream) =>
      workflow(
        'w5',
        [
          { id: 'call', type: 'http.request', params: { method: 'GET', url: upstream } },
          transform('pick', '{{ steps.call.output.body.value }}'),
        ],
        [
          { from: 'hook', to: 'call' },
          { from: 'call', to: 'pick' },
        ],
      ),
  },
]

/** The same workload under a name of its own, whose webhook answers with the result. */
export function waitingForResult(input: DefinitionInput): DefinitionInput {
  const path = `${input.name}-result`
  const nodes = input.nodes.map((node) =>
    node.id === 'hook' ? { ...node, params: { ...node.params, path, respond: 'result' } } : node,
  )
  return { ...input, name: path, nodes }
}
