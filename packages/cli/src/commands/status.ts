import type { Run, Step } from '@millrace/contracts'
import type { Client } from '@millrace/sdk'
import { printable } from '../console/printable.js'
import { describeError } from '../console/run-view.js'
import { formatStatus, paintOf } from '../console/theme.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import { printTable, titleOf, tookOf } from '../report.js'
import { colorsOf, printJson, printLine, type Terminal } from '../terminal.js'

/** The exit code tells whether the call worked, not how the run ended: that is for `watch`. */
export const status = async (
  terminal: Terminal,
  client: Client,
  runId: string,
  json: boolean,
): Promise<ExitCode> => {
  const [run, steps] = await Promise.all([client.runs.get(runId), client.runs.steps(runId)])
  if (json) printJson(terminal, { run, steps })
  else printRun(terminal, run, steps)
  return EXIT.ok
}

const printRun = (terminal: Terminal, run: Run, steps: readonly Step[]): void => {
  const colors = colorsOf(terminal)
  const name = colors.bold(titleOf(run))
  printLine(
    terminal,
    `${name}  ${run.id}  ${paintOf(run.status, colors)(formatStatus(run.status))}  ${tookOf(run)}`.trimEnd(),
  )
  if (run.error !== null) printLine(terminal, colors.red(printable(describeError(run.error))))
  const rows = steps.map((step) => [
    printable(step.path),
    printable(step.type),
    String(step.attempt),
    tookOf(step),
    `${paintOf(step.status, colors)(formatStatus(step.status))}${noteOf(step)}`,
  ])
  printTable(terminal, ['STEP', 'TYPE', 'ATTEMPT', 'TOOK', 'STATUS'], rows)
}

const noteOf = ({ error, wait }: Step): string => {
  if (error !== null) return `  ${printable(describeError(error))}`
  return wait === null ? '' : `  for ${wait.kind}`
}
