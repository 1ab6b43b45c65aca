import type { Json, Workflow } from '@millrace/contracts'
import { ApiError, type Client } from '@millrace/sdk'
import { printable } from '../console/printable.js'
import { isMillraceFormat, readDefinitionFile } from '../definition-file.js'
import { EXIT, type ExitCode, UsageError } from '../exit-code.js'
import { colorsOf, printJson, printLine, type Terminal } from '../terminal.js'

/** Creates the workflow that the file names or replaces its draft, then publishes. The linear form is imported. */
export const deploy = async (
  terminal: Terminal,
  client: Client,
  { file, message }: { readonly file: string; readonly message: string | undefined },
  json: boolean,
): Promise<ExitCode> => {
  const definition = await readDefinitionFile(terminal, file)
  const workflow = isMillraceFormat(definition)
    ? await saveDraft(client, definition)
    : await client.workflows.import(definition)
  const version = await client.workflows.publish(workflow.id, message)
  if (json) printJson(terminal, { workflow: { id: workflow.id, name: workflow.name }, version })
  else
    printLine(
      terminal,
      `${colorsOf(terminal).green('✔')} ${printable(workflow.name)} is published as version ${version.number}`,
    )
  return EXIT.ok
}

const saveDraft = async (client: Client, definition: Record<string, Json>): Promise<Workflow> => {
  const name = definition.name
  if (typeof name !== 'string' || name === '') throw new UsageError('The definition has no name.')
  const existing = await find(client, name)
  return existing === undefined
    ? client.workflows.create(definition)
    : client.workflows.saveDraft(existing.id, definition, existing.draftRevision)
}

const find = async (client: Client, name: string): Promise<Workflow | undefined> => {
  try {
    return await client.workflows.get(name)
  } catch (error) {
    if (error instanceof ApiError && error.code === 'NOT_FOUND') return undefined
    throw error
  }
}
