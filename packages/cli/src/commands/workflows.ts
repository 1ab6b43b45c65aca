import type { WorkflowSummary } from '@millrace/contracts'
import type { Client } from '@millrace/sdk'
import { printable } from '../console/printable.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import { printTable } from '../report.js'
import { printJson, printLine, type Terminal } from '../terminal.js'

export const workflows = async (terminal: Terminal, client: Client, json: boolean): Promise<ExitCode> => {
  const all = await readAll(client)
  if (json) printJson(terminal, all)
  else if (all.length === 0) printLine(terminal, 'No workflows yet: `millrace deploy <file>` makes one.')
  else printTable(terminal, ['NAME', 'VERSION', 'TRIGGERS', 'UPDATED'], all.map(rowOf))
  return EXIT.ok
}

const readAll = async (client: Client): Promise<WorkflowSummary[]> => {
  const all: WorkflowSummary[] = []
  let cursor: string | null = null
  do {
    const page = await client.workflows.list(cursor === null ? {} : { cursor })
    all.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null)
  return all
}

const rowOf = (workflow: WorkflowSummary): string[] => [
  printable(workflow.name),
  versionOf(workflow),
  printable(workflow.triggers.join(', ')),
  workflow.updatedAt,
]

const versionOf = ({ publishedVersion, draftAhead }: WorkflowSummary): string =>
  publishedVersion === null ? 'draft' : `${publishedVersion}${draftAhead ? ' + draft' : ''}`
