import type { RerunBody, RetryBody, RetryPlan, Run } from '@millrace/contracts'
import type { Client } from '@millrace/sdk'
import type { RerunCommand, RetryCommand, UndoCommand } from '../command.js'
import { printable } from '../console/printable.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import { printJson, printLine, type Terminal } from '../terminal.js'
import { readInput } from './run.js'
import { followRun } from './watch.js'

export const retry = async (
  terminal: Terminal,
  client: Client,
  command: RetryCommand,
  json: boolean,
): Promise<ExitCode> => {
  const body: RetryBody = { from: command.fromStart ? 'start' : 'failed', ...common(command) }
  if (command.dryRun) return printPlan(terminal, await client.runs.previewRetry(command.run, body), json)
  return report(terminal, client, command.watch, await client.runs.retry(command.run, body), json)
}

export const rerun = async (
  terminal: Terminal,
  client: Client,
  command: RerunCommand,
  json: boolean,
): Promise<ExitCode> => {
  const input = await readInput(terminal, command.input)
  const body: RerunBody = {
    from: command.from,
    ...common(command),
    ...(input === undefined ? {} : { input }),
  }
  if (command.dryRun) return printPlan(terminal, await client.runs.previewRerun(command.run, body), json)
  return report(terminal, client, command.watch, await client.runs.rerun(command.run, body), json)
}

export const undo = async (
  terminal: Terminal,
  client: Client,
  { run, dryRun, watch }: UndoCommand,
  json: boolean,
): Promise<ExitCode> => {
  if (dryRun) return printPlan(terminal, await client.runs.previewUndo(run), json)
  return report(terminal, client, watch, await client.runs.undo(run), json)
}

const common = ({ latest, confirm }: RetryCommand | RerunCommand) =>
  ({ version: latest ? 'latest' : 'same', confirm }) as const

const report = async (
  terminal: Terminal,
  client: Client,
  watch: boolean,
  answer: { readonly run: Pick<Run, 'id'>; readonly replayed: boolean; readonly plan: RetryPlan },
  json: boolean,
): Promise<ExitCode> => {
  if (watch) return followRun(terminal, client, await client.runs.get(answer.run.id), json)
  if (json) printJson(terminal, answer)
  else {
    const { id } = answer.run
    printLine(
      terminal,
      answer.replayed ? `Run ${id} does this` : `Started run ${id}: ${countOf(answer.plan)}`,
    )
    printLine(terminal, `Follow it with: millrace watch ${id}`)
  }
  return EXIT.ok
}

const printPlan = (terminal: Terminal, plan: RetryPlan, json: boolean): ExitCode => {
  if (json) {
    printJson(terminal, plan)
    return EXIT.ok
  }
  printLine(terminal, `On version ${plan.version}: ${countOf(plan)}`)
  for (const path of plan.reused) printLine(terminal, `  keeps  ${path}`)
  for (const { path, effect, repeats } of plan.runs)
    printLine(terminal, `  runs   ${path}  (${effect}${repeats ? ', again' : ''})`)
  if (plan.repeatedWrites.length > 0)
    printLine(
      terminal,
      `These writes happen again, or may: ${printable(plan.repeatedWrites.join(', '))}. Add --confirm to go on.`,
    )
  return EXIT.ok
}

const countOf = ({ reused, runs }: RetryPlan): string => `${reused.length} steps kept, ${runs.length} to run`
