import type { WebhookAddress, WorkflowSummary } from '@millrace/contracts'
import type { Client } from '@millrace/sdk'
import { printable } from '../console/printable.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import { printTable } from '../report.js'
import { printJson, printLine, type Terminal } from '../terminal.js'

export const workflows = async (terminal: Terminal, client: Client, json: boolean): Promise<ExitCode> => {
  const [all, webhooks] = await Promise.all([readAll(client), client.workflows.webhooks()])
  const addressesOf = ({ id }: WorkflowSummary) => webhooks.filter(({ workflowId }) => workflowId === id)
  if (json)
    printJson(
      terminal,
      all.map((workflow) => ({ ...workflow, webhooks: addressesOf(workflow) })),
    )
  else if (all.length === 0) printLine(terminal, 'No workflows yet: `millrace deploy <file>` makes one.')
  else {
    const rows = all.map((workflow) => rowOf(workflow, addressesOf(workflow)))
    printTable(terminal, ['NAME', 'VERSION', 'TRIGGERS', 'UPDATED', 'WEBHOOKS'], rows)
  }
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

const rowOf = (workflow: WorkflowSummary, webhooks: readonly WebhookAddress[]): string[] => [
  printable(workflow.name),
  versionOf(workflow),
  printable(workflow.triggers.join(', ')),
  workflow.updatedAt,
  webhooks.map(({ method, url }) => `${method} ${printable(url)}`).join(', '),
]

const versionOf = ({ publishedVersion, draftAhead }: WorkflowSummary): string =>
  publishedVersion === null ? 'draft' : `${publishedVersion}${draftAhead ? ' + draft' : ''}`
