import type { RunStatus, RunSummary } from '@millrace/contracts'
import type { Client } from '@millrace/sdk'
import { printable } from '../console/printable.js'
import { formatStatus, paintOf } from '../console/theme.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import { printTable, titleOf, tookOf } from '../report.js'
import { colorsOf, printJson, printLine, type Terminal } from '../terminal.js'

interface Filter {
  readonly workflow: string | undefined
  readonly status: RunStatus | undefined
  readonly limit: number
}

/** The latest runs, newest first. */
export const list = async (
  terminal: Terminal,
  client: Client,
  { workflow, status, limit }: Filter,
  json: boolean,
): Promise<ExitCode> => {
  const { items } = await client.runs.list({
    limit,
    ...(workflow === undefined ? {} : { workflow }),
    ...(status === undefined ? {} : { status }),
  })
  // Nothing may be nothing yet, or a name that is not right: then the API says so.
  if (items.length === 0 && workflow !== undefined) await client.workflows.get(workflow)
  if (json) printJson(terminal, items)
  else if (items.length === 0) printLine(terminal, 'No runs.')
  else printTable(terminal, ['RUN', 'WORKFLOW', 'CREATED', 'TOOK', 'STATUS'], items.map(rowsWith(terminal)))
  return EXIT.ok
}

const rowsWith =
  (terminal: Terminal) =>
  (run: RunSummary): string[] => [
    run.id,
    titleOf(run),
    run.createdAt,
    tookOf(run),
    `${paintOf(run.status, colorsOf(terminal))(formatStatus(run.status))}${run.error === null ? '' : `  ${printable(run.error.code)}`}`,
  ]
