import type { Client } from '@millrace/sdk'
import { EXIT, type ExitCode } from '../exit-code.js'
import { printJson, printLine, type Terminal } from '../terminal.js'
import { watch } from './watch.js'

/** Pauses or resumes a run. */
export const control = async (
  terminal: Terminal,
  client: Client,
  command: { readonly name: 'pause' | 'resume'; readonly run: string; readonly watch: boolean },
  json: boolean,
): Promise<ExitCode> => {
  const answer = await client.runs[command.name](command.run)
  if (command.watch) return watch(terminal, client, command.run, json)
  if (json) printJson(terminal, answer)
  else printLine(terminal, `Asked run ${answer.runId} to ${command.name}.`)
  return EXIT.ok
}
