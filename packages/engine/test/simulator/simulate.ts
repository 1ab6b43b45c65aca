import { Random } from './random.js'
import { randomGraph } from './random-graph.js'
import { Simulation } from './simulation.js'

/** Random acts before the trouble stops. */
const DISTURBANCES = 100
/** Far more than any run needs once it is left alone. */
const PATIENCE = 2_000

/** Plays one run from its seed to its end, and gives what happened. Throws Error with the seed when a rule breaks. */
export function simulate(seed: number, seen = new Set<string>()): readonly string[] {
  const random = new Random(seed)
  const simulation = new Simulation(randomGraph(random), random, seen)
  try {
    const trouble = random.int(DISTURBANCES)
    for (let act = 0; act < trouble && !simulation.ended; act++) simulation.disturb()
    for (let act = 0; !simulation.ended; act++) {
      if (act > PATIENCE) throw new Error('the run does not end (I1)')
      simulation.progress()
    }
    simulation.check()
  } catch (error) {
    throw new Error(`seed ${seed}: ${error}\n${simulation.trace.slice(-30).join('\n')}`, { cause: error })
  }
  return simulation.trace
}
