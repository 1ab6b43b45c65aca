import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type DefinitionInput, definition } from '@millrace/contracts'
import {
  buildGraph,
  createRunState,
  decide,
  foldEvents,
  type RunState,
  validateDefinition,
} from '@millrace/engine'
import { createExpressionChecker } from '@millrace/expressions'
import { nodeCatalogue } from '@millrace/nodes'
import { bareLoopMs } from './bare/loop.js'
import { type Figure, median } from './figure.js'

const NODES = 10_000
const ROUNDS = 9
const WARM_UP = 5

setFlagsFromString('--expose-gc')
/** Before each sample: what earlier ones left behind is not its cost. */
const collectGarbage = runInNewContext('gc') as () => void

/** A chain whose every step reads the one before by an expression of its own. */
const chainOf = (length: number, salt: number): DefinitionInput => ({
  format: 'millrace/v1',
  name: 'chain',
  nodes: [
    { id: 'start', type: 'trigger.manual' },
    ...Array.from({ length: length - 1 }, (_, i) => ({
      id: `n${i}`,
      type: 'transform.json',
      params: { value: { x: `{{ ${i === 0 ? 'trigger' : `steps.n${i - 1}.output`}.x${salt} + ${i} }}` } },
    })),
  ],
  edges: Array.from({ length: length - 1 }, (_, i) => ({
    from: i === 0 ? 'start' : `n${i - 1}`,
    to: `n${i}`,
  })),
})

/** What the engine costs by itself: validating a large graph, and deciding and folding a whole run of it. */
export function measureGraphs(): Figure[] {
  return [
    {
      figure: 'validate 10,000 nodes, each with an expression of its own, against a bare loop',
      bound: 'max',
      limit: 20,
      measured: validateCpuMs() / bareLoopMs(),
      unit: '×',
    },
    {
      figure: 'decide and fold a whole run: 10,000 steps against 5,000',
      bound: 'max',
      limit: 2.2,
      measured: growth(),
      unit: '×',
    },
  ]
}

/** By CPU time, which other processes disturb less than the clock. */
function validateCpuMs(): number {
  const catalogue = nodeCatalogue()
  return median(
    Array.from({ length: ROUNDS }, (_, salt) => {
      const input = chainOf(NODES, salt)
      const before = process.cpuUsage()
      const { problems } = validateDefinition(input, catalogue, createExpressionChecker())
      const { user, system } = process.cpuUsage(before)
      if (problems.length > 0) throw new Error(`the chain is not valid: ${problems[0]?.message}`)
      return (user + system) / 1_000
    }),
  )
}

function growth(): number {
  // In turn, and warmed up: the first runs are slow while they are being compiled.
  const half: number[] = []
  const whole: number[] = []
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const [short, long] = [cpuOfRun(NODES / 2), cpuOfRun(NODES)]
    if (round < 0) continue
    half.push(short)
    whole.push(long)
  }
  return median(whole) / median(half)
}

function cpuOfRun(length: number): number {
  const graph = buildGraph(definition.parse(chainOf(length, 0)), nodeCatalogue())
  collectGarbage()
  const before = process.cpuUsage()
  const state: RunState = createRunState(graph, { trigger: 'start', input: {} })
  const first = decide(state, { kind: 'claimed' }, 1)
  const events = [...first.events]
  const commands = [...first.commands]
  for (let head = 0; head < commands.length; head++) {
    const command = commands[head]
    if (command?.kind !== 'execute_step') continue
    const { path, attempt, node } = command
    const next = decide(
      state,
      { kind: 'step_completed', path, attempt, output: 1, taken: graph.outgoing(node) },
      1,
    )
    events.push(...next.events)
    commands.push(...next.commands)
  }
  foldEvents(graph, { trigger: 'start', input: {} }, events, events.length)
  const { user, system } = process.cpuUsage(before)
  if (state.status !== 'completed') throw new Error(`the run is ${state.status}`)
  return user + system
}
