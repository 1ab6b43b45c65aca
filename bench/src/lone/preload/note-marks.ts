import { subscribe } from 'node:diagnostics_channel'
import { appendFileSync } from 'node:fs'
import { type MarkedRun, RUN_MARKS } from '@millrace/telemetry'

/** Loaded before a service: puts the marks of its runs into the file BENCH_MARKS as it ends, a line of JSON each. */

const lines: string[] = []

subscribe(RUN_MARKS, (message) => {
  const { runId, mark } = message as MarkedRun
  // One clock for all processes of a machine.
  lines.push(JSON.stringify({ runId, mark, at: Number(process.hrtime.bigint()) / 1e6 }))
})

process.on('exit', () => appendFileSync(process.env['BENCH_MARKS'] ?? '', `${lines.join('\n')}\n`))
