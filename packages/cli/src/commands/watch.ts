import {
  isTerminal,
  type RunEvent,
  type RunStatus,
  type RunSummary,
  stringifyJson,
} from '@millrace/contracts'
import type { Client } from '@millrace/sdk'
import { renderRun } from '../console/render-run.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import { titleOf } from '../report.js'
import type { Terminal } from '../terminal.js'

export const watch = async (
  terminal: Terminal,
  client: Client,
  runId: string,
  json: boolean,
): Promise<ExitCode> => followRun(terminal, client, await client.runs.get(runId), json)

/** Shows a run until it ends: exit code 0 only if it completed. Ctrl-C stops watching; the run goes on. */
export const followRun = async (
  terminal: Terminal,
  client: Client,
  run: RunSummary,
  json: boolean,
): Promise<ExitCode> => {
  const signal = terminal.catchInterrupt()
  const events = client.runs.watch(run.id, { signal })
  const status = json ? await printEvents(terminal, events) : await showRun(terminal, client, run, events)
  if (signal.aborted && !isTerminal(status)) {
    terminal.err.write(`The run goes on: millrace watch ${run.id}\n`)
    return EXIT.interrupted
  }
  return status === 'completed' ? EXIT.ok : EXIT.failed
}

const showRun = async (
  terminal: Terminal,
  client: Client,
  run: RunSummary,
  events: AsyncIterable<RunEvent>,
): Promise<RunStatus> => {
  const { definition } = await client.runs.definition(run.id)
  const view = await renderRun(events, {
    tty: terminal.tty,
    color: terminal.color,
    out: terminal.out,
    title: `${titleOf(run)}  ${run.id}`,
    steps: definition.nodes.map(({ id }) => id),
  })
  return view.status
}

const printEvents = async (terminal: Terminal, events: AsyncIterable<RunEvent>): Promise<RunStatus> => {
  let status: RunStatus = 'running'
  for await (const event of events) {
    terminal.out.write(`${stringifyJson(event)}\n`)
    if (event.type === 'run_finished') status = event.status
  }
  return status
}
