import { writeFile } from 'node:fs/promises'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { startMachine } from '../environment.js'
import { measureFairness } from './fairness.js'
import { type Figure, formatFigures } from './figure.js'
import { measureGraphs } from './graphs.js'
import { measureIngestLimits } from './ingest.js'
import { createLoad } from './load.js'
import { measureParked } from './parked.js'
import { measureScripts } from './scripts.js'
import { startHoldingUpstream, startLateUpstream } from './upstreams.js'
import { measureCpu, measureHeld, measureScaling } from './workers.js'

/**
 * What Millrace promises beside throughput, each figure next to its limit: on Redis, with full durability, all in
 * one run of this program. `--json FILE` (or JSON=FILE) writes the figures as JSON. Progress goes to stderr.
 */
const { values } = parseArgs({ options: { json: { type: 'string' } } })
const file = values.json ?? process.env['JSON']
const figures: Figure[] = []
const add = (more: readonly Figure[]): void => {
  figures.push(...more)
  for (const { figure, measured, unit } of more)
    console.error(
      `${(performance.now() / 1_000).toFixed(0).padStart(4)} s  ${figure}: ${measured.toPrecision(3)} ${unit}`,
    )
}

add(measureGraphs())
const machine = await startMachine()
const late = await startLateUpstream(50)
const holding = await startHoldingUpstream()
const environment = await machine.environment('redis')
try {
  const load = createLoad(environment)
  load.startWorker()
  add(await measureScripts(environment, load))
  await load.stopWorkers()
  add(await measureCpu(load))
  add(await measureHeld(load, holding))
  add(await measureScaling(environment, load, late.url))
  add(await measureIngestLimits(environment))
  add(await measureFairness(environment))
  add(await measureParked(environment, load))
} finally {
  await environment.close()
  await machine.stop()
  late.stop()
  holding.stop()
}
console.log(formatFigures(figures))
if (file !== undefined && file !== '') await writeFile(file, `${JSON.stringify(figures, null, 2)}\n`)
