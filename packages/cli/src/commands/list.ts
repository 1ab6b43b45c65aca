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
  readonly cursor: string | undefined
}

/** The latest runs, newest first; whether there are more is said beside them, on the error stream. */
export const list = async (
  terminal: Terminal,
  client: Client,
  { workflow, status, limit, cursor }: Filter,
  json: boolean,
): Promise<ExitCode> => {
  const { items, nextCursor, searchedTo } = await client.runs.list({
    limit,
    ...(cursor === undefined ? {} : { cursor }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(status === undefined ? {} : { status }),
  })
  // Nothing may be nothing yet, or a name that is not right: then the API says so.
  if (items.length === 0 && nextCursor === null && workflow !== undefined)
    await client.workflows.get(workflow)
  if (json) printJson(terminal, items)
  else if (items.length === 0) printLine(terminal, nextCursor === null ? 'No runs.' : 'No runs so far.')
  else printTable(terminal, ['RUN', 'WORKFLOW', 'CREATED', 'TOOK', 'STATUS'], items.map(rowsWith(terminal)))
  if (nextCursor !== null) terminal.err.write(`${goOnText(searchedTo, nextCursor)}\n`)
  return EXIT.ok
}

/** The server looks through a bounded number of runs for what is rare, and says how far it came. */
const goOnText = (searchedTo: string | undefined, cursor: string): string =>
  searchedTo === undefined
    ? `There are older ones: --cursor ${cursor}`
    : `Searched back to ${searchedTo}; go on with --cursor ${cursor}`

const rowsWith =
  (terminal: Terminal) =>
  (run: RunSummary): string[] => [
    run.id,
    titleOf(run),
    run.createdAt,
    tookOf(run),
    `${paintOf(run.status, colorsOf(terminal))(formatStatus(run.status))}${run.error === null ? '' : `  ${printable(run.error.code)}`}`,
  ]
