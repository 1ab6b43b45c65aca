import type { Client } from '@millrace/sdk'
import type { DeployCommand } from '../command.js'
import { printable } from '../console/printable.js'
import { readDefinitionFile } from '../definition-file.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import { colorsOf, printJson, printLine, type Terminal } from '../terminal.js'

/** Publishes the file as the workflow that it names; on any problem nothing changes on the server. */
export const deploy = async (
  terminal: Terminal,
  client: Client,
  { file, message, force }: DeployCommand,
  json: boolean,
): Promise<ExitCode> => {
  const definition = await readDefinitionFile(terminal, file)
  const answer = await client.workflows.deploy(definition, {
    force,
    ...(message === undefined ? {} : { message }),
  })
  if (json) {
    printJson(terminal, answer)
    return EXIT.ok
  }
  const { workflow, version, created, webhooks } = answer
  const what = created ? 'is published as' : 'is unchanged: published already as'
  printLine(
    terminal,
    `${colorsOf(terminal).green('✔')} ${printable(workflow.name)} ${what} version ${version.number}`,
  )
  for (const { method, url } of webhooks) printLine(terminal, `  ${method} ${printable(url)}`)
  return EXIT.ok
}
