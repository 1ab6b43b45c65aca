import { setMaxListeners } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { removeLeftovers } from '@millrace/testkit/processes'
import { makePlan, type Part } from './plan.js'
import { formatJson, formatTable, type Row } from './report.js'

/**
 * Breaks real processes on real servers while runs come in, and judges what is left: a table, and the same figures
 * as JSON. `--json FILE` (or JSON=FILE) puts the JSON into a file; FAULT=a,b plays these only, RUNS=n takes so many
 * runs each, QUICK=1 shows that everything works. Progress goes to stderr. Exit code 1: something did not hold.
 */
const { values } = parseArgs({ options: { json: { type: 'string' } } })
const file = values.json ?? process.env['JSON']
const quick = process.env['QUICK'] === '1'
const parts = makePlan({
  quick,
  faults: process.env['FAULT'] ? process.env['FAULT'].split(',') : undefined,
  runs: process.env['RUNS'] ? Number(process.env['RUNS']) : undefined,
})
/** A quick pass mostly waits; a full one measures. */
const AT_ONCE = quick ? 3 : 1
// Every process we start is watched for our own end.
setMaxListeners(100, process)

await removeLeftovers()
const rows: (Row | undefined)[] = []
let failures = 0
const say = (line: string): void =>
  console.error(`${(performance.now() / 1_000).toFixed(0).padStart(4)} s  ${line}`)

async function playPart(part: Part, index: number): Promise<void> {
  const name = `${part.fault} on ${part.backend}`
  say(`${name}: ${part.title}, ${part.runs} runs`)
  try {
    const outcome = await part.play((line) => say(`${name}: ${line}`))
    if (outcome === undefined) return say(`${name}: left out, since this machine lets us mount no disk`)
    rows[index] = outcome.row
    say(`${name}: ${JSON.stringify(outcome.row)}`)
    failures += outcome.problems.length
    for (const problem of outcome.problems) say(`${name}: DOES NOT HOLD: ${problem}`)
    if (outcome.problems.length === 0) say(`${name}: holds`)
  } catch (error) {
    failures++
    say(`${name}: DOES NOT HOLD: ${error instanceof Error ? error.stack : String(error)}`)
  }
}

// Signals end us in order, so that the processes we have started go with us.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

let next = 0
const takeParts = async (): Promise<void> => {
  for (let index = next++; index < parts.length; index = next++) {
    const part = parts[index]
    if (part !== undefined) await playPart(part, index)
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, takeParts))

const played = rows.filter((row) => row !== undefined)
console.log(formatTable(played))
if (file === undefined || file === '') console.log(`\n${formatJson(played)}`)
else await writeFile(file, `${formatJson(played)}\n`)
process.exit(failures === 0 ? 0 : 1)
