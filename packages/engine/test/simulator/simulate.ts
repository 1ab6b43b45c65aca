import type { Graph } from '../../src/index.js'
import { Random } from './random.js'
import { randomGraph } from './random-graph.js'
import { Simulation, type SimulationOptions } from './simulation.js'

/** Runs of one graph: making a graph costs as much as half a run. */
const RUNS_A_GRAPH = 4

export interface SimulateOptions extends Partial<Pick<SimulationOptions, 'items' | 'seen'>> {
  /** Random acts before the trouble stops: fewer than this. */
  readonly trouble?: number
  /** One of the seed's own by default. */
  readonly graph?: Graph
}

/**
 * Plays one run from its seed to its end. Throws Error with the seed and how it came about when a rule breaks; the
 * same seed and options play the same again.
 */
export function simulate(seed: number, options: SimulateOptions = {}): void {
  try {
    play(seed, options, undefined)
  } catch (error) {
    const trace = traceOf(seed, options)
    throw new Error(`seed ${seed}: ${error}\n${trace.slice(-30).join('\n')}`, { cause: error })
  }
}

/** Everything that happens in the run of a seed, up to its end or to what is wrong. */
export function traceOf(seed: number, options: SimulateOptions = {}): readonly string[] {
  const trace: string[] = []
  try {
    play(seed, options, (line) => trace.push(line))
  } catch (error) {
    trace.push(String(error))
  }
  return trace
}

function play(seed: number, options: SimulateOptions, note: SimulationOptions['note']): void {
  const { items = 5, trouble = 100, graph = graphOf(seed), seen = new Set<string>() } = options
  const random = new Random(seed)
  const simulation = new Simulation(graph, random, { items, seen, note })
  const disturbances = random.int(trouble)
  for (let act = 0; act < disturbances && !simulation.ended; act++) simulation.disturb()
  // Far more than any run needs once it is left alone.
  const patience = 2_000 + items * 100
  for (let act = 0; !simulation.ended; act++) {
    if (act > patience) throw new Error('the run does not end (I1)')
    simulation.progress()
  }
}

let latest: { readonly key: number; readonly graph: Graph } | undefined

function graphOf(seed: number): Graph {
  const key = Math.floor(seed / RUNS_A_GRAPH)
  if (latest?.key !== key) latest = { key, graph: randomGraph(new Random(-key)) }
  return latest.graph
}
