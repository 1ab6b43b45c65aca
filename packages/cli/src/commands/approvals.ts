import type { Approval, DecideApprovalBody } from '@millrace/contracts'
import type { Client } from '@millrace/sdk'
import type { DecideCommand } from '../command.js'
import { printable } from '../console/printable.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import { printTable } from '../report.js'
import { printJson, printLine, type Terminal } from '../terminal.js'
import { readInput } from './run.js'

/** What waits for a decision. */
export const approvals = async (
  terminal: Terminal,
  client: Client,
  { all }: { readonly all: boolean },
  json: boolean,
): Promise<ExitCode> => {
  const { items } = await client.approvals.list({ assigned: all ? 'all' : 'mine', limit: 200 })
  if (json) printJson(terminal, items)
  else if (items.length === 0) printLine(terminal, 'Nothing waits for a decision.')
  else printTable(terminal, ['APPROVAL', 'WORKFLOW', 'SINCE', 'DEADLINE', 'TITLE'], items.map(toRow))
  return EXIT.ok
}

const toRow = ({ id, workflowName, createdAt, deadline, title }: Approval): string[] => [
  id,
  printable(workflowName),
  createdAt,
  deadline ?? 'none',
  printable(title),
]

/** Approves or rejects. */
export const decide = async (
  terminal: Terminal,
  client: Client,
  command: DecideCommand,
  json: boolean,
): Promise<ExitCode> => {
  const { name, approval, comment } = command
  const data = await readInput(terminal, command.data)
  const answer = await client.approvals.decide(approval, {
    decision: name,
    ...(comment === undefined ? {} : { comment }),
    // The API says what is wrong with it.
    ...(data === undefined ? {} : { data: data as NonNullable<DecideApprovalBody['data']> }),
  })
  if (json) printJson(terminal, answer)
  else printLine(terminal, `${answer.approved ? 'Approved' : 'Rejected'}. The run goes on: ${answer.runId}`)
  return EXIT.ok
}
