import {
  isTerminal,
  type RunEvent,
  type RunStatus,
  type RunSummary,
  stringifyJson,
} from '@millrace/contracts'
import type { Client } from '@millrace/sdk'
import { type FindApproval, nameApprovals } from '../console/name-approvals.js'
import { renderRun } from '../console/render-run.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import { titleOf } from '../report.js'
import type { Terminal } from '../terminal.js'
import { sayWaiting, whenReachable } from './patience.js'

export const watch = async (
  terminal: Terminal,
  client: Client,
  runId: string,
  json: boolean,
): Promise<ExitCode> => {
  const signal = terminal.catchInterrupt()
  try {
    const run = await whenReachable(terminal, signal, () => client.runs.get(runId))
    return await follow(terminal, client, run, json, signal)
  } catch (error) {
    if (signal.aborted) return EXIT.interrupted
    throw error
  }
}

/** Shows a run until it ends: exit code 0 only if it completed. Ctrl-C stops watching; the run goes on. */
export const followRun = (
  terminal: Terminal,
  client: Client,
  run: RunSummary,
  json: boolean,
): Promise<ExitCode> => follow(terminal, client, run, json, terminal.catchInterrupt())

const follow = async (
  terminal: Terminal,
  client: Client,
  run: RunSummary,
  json: boolean,
  signal: AbortSignal,
): Promise<ExitCode> => {
  const onReconnect = (delayMs: number) => sayWaiting(terminal, delayMs, 'The stream of the run broke off')
  const events = client.runs.watch(run.id, { signal, onReconnect: terminal.tty ? () => {} : onReconnect })
  const status = json
    ? await printEvents(terminal, client, run, events)
    : await showRun(terminal, client, run, events)
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
  const view = await renderRun(nameApprovals(events, approvalFinder(client, run.id)), {
    tty: terminal.tty,
    color: terminal.color,
    out: terminal.out,
    title: `${titleOf(run)}  ${run.id}`,
    steps: definition.nodes.map(({ id }) => id),
  })
  return view.status
}

/** Open approvals only; without the right to see them, none. */
const approvalFinder =
  (client: Client, runId: string): FindApproval =>
  async (path) => {
    const page = await client.approvals.list({ assigned: 'all', limit: 200 }).catch(() => undefined)
    return page?.items.find((each) => each.runId === runId && each.path === path)?.id
  }

/** Lines of JSON: the run, its events, and what came of it. */
const printEvents = async (
  terminal: Terminal,
  client: Client,
  { id: runId, workflowName, version }: RunSummary,
  events: AsyncIterable<RunEvent>,
): Promise<RunStatus> => {
  const printRow = (row: object) => terminal.out.write(`${stringifyJson(row)}\n`)
  printRow({ type: 'run', runId, workflow: workflowName, version })
  let status: RunStatus = 'running'
  for await (const event of events) {
    printRow(event)
    if (event.type === 'run_finished') status = event.status
  }
  if (!isTerminal(status)) return status
  const { output, error } = await client.runs.get(runId)
  printRow({ type: 'result', runId, status, output, ...(error === null ? {} : { error }) })
  return status
}
