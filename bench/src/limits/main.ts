import { writeFile } from 'node:fs/promises'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { type Environment, startMachine } from '../environment.js'
import { measureFairness } from './fairness.js'
import { type Figure, formatFigures } from './figure.js'
import { measureGraphs } from './graphs.js'
import { measureIngestLimits } from './ingest.js'
import { createLoad } from './load.js'
import { measureParked } from './parked.js'
import { measureScripts } from './scripts.js'
import { startHoldingUpstream, startLateUpstream } from './upstreams.js'
import { measureViewers } from './viewers/measure.js'
import { measureCpu, measureHeld, measureScaling } from './workers.js'

/**
 * What Millrace promises beside throughput, each figure next to its limit: on Redis, with full durability, all in one run
 * of this program. What depends on the machine is a multiple of what bare parts need in the same run. `--json FILE` (or
 * JSON=FILE) writes the figures as JSON, `--only a,b` (or ONLY=a,b) measures some parts. Progress goes to stderr.
 */
const PARTS: Record<string, (environment: Environment) => Promise<readonly Figure[]>> = {
  graphs: async () => measureGraphs(),
  scripts: (environment) => measureScripts(environment, createLoad(environment)),
  viewers: measureViewers,
  cpu: (environment) => measureCpu(environment, createLoad(environment)),
  held: async (environment) => {
    const holding = await startHoldingUpstream()
    return measureHeld(createLoad(environment), holding).finally(holding.stop)
  },
  scaling: async (environment) => {
    const late = await startLateUpstream(50)
    return measureScaling(environment, createLoad(environment), late.url).finally(late.stop)
  },
  ingest: measureIngestLimits,
  fairness: measureFairness,
  parked: (environment) => measureParked(environment, createLoad(environment)),
}

const { values } = parseArgs({ options: { json: { type: 'string' }, only: { type: 'string' } } })
const file = values.json ?? process.env['JSON']
const only = (values.only ?? process.env['ONLY'] ?? '').split(',').filter(Boolean)
const unknown = only.filter((name) => !(name in PARTS))
if (unknown.length > 0)
  throw new Error(`there is no part ${unknown.join(', ')}: ${Object.keys(PARTS).join(', ')}`)

const figures: Figure[] = []
const add = (more: readonly Figure[]): void => {
  figures.push(...more)
  for (const { figure, measured, unit } of more)
    console.error(
      `${(performance.now() / 1_000).toFixed(0).padStart(4)} s  ${figure}: ${measured.toPrecision(3)} ${unit}`,
    )
}

const machine = await startMachine()
const environment = await machine.environment('redis')
try {
  for (const [name, measure] of Object.entries(PARTS))
    if (only.length === 0 || only.includes(name)) add(await measure(environment))
} finally {
  await environment.close()
  await machine.stop()
}
console.log(formatFigures(figures))
if (file !== undefined && file !== '') await writeFile(file, `${JSON.stringify(figures, null, 2)}\n`)
