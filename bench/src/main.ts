import { writeFile } from 'node:fs/promises'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { startMachine } from './environment.js'
import { measureBackend } from './measure.js'
import { FULL, QUICK } from './plan.js'
import { formatJson, formatTable, type Row } from './report.js'
import { startUpstream } from './upstream.js'

/**
 * Every figure of one run of this program, on one machine, next to the floor measured in the same run: a table, and
 * the same figures as JSON. `--json FILE` (or JSON=FILE) puts the JSON into a file; `--quick` (or QUICK=1) uses few
 * runs, to see that it works. Progress goes to stderr.
 */
const { values } = parseArgs({
  options: { json: { type: 'string' }, quick: { type: 'boolean', default: process.env['QUICK'] === '1' } },
})
const file = values.json ?? process.env['JSON']
const plan = values.quick ? QUICK : FULL
const say = (line: string): void =>
  console.error(`${(performance.now() / 1_000).toFixed(0).padStart(4)} s  ${line}`)

const rows: Row[] = []
const pictures: string[] = []
const upstream = await startUpstream()
const machine = await startMachine()
try {
  for (const backend of ['redis', 'postgres'] as const) {
    const measured = await measureBackend({ machine, plan, upstream: upstream.url, say }, backend)
    rows.push(...measured.rows)
    pictures.push(measured.pictures)
  }
} finally {
  await machine.stop()
  upstream.stop()
}
say('done')

console.log(formatTable(rows))
console.log(`\n${pictures.join('\n\n')}`)
if (file === undefined || file === '') console.log(`\n${formatJson(rows)}`)
else await writeFile(file, `${formatJson(rows)}\n`)
