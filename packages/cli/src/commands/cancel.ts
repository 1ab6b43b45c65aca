import type { Client } from '@millrace/sdk'
import { EXIT, type ExitCode } from '../exit-code.js'
import { printJson, printLine, type Terminal } from '../terminal.js'

export const cancel = async (
  terminal: Terminal,
  client: Client,
  { run, reason }: { readonly run: string; readonly reason: string | undefined },
  json: boolean,
): Promise<ExitCode> => {
  const answer = await client.runs.cancel(run, reason)
  if (json) printJson(terminal, answer)
  else
    printLine(terminal, `Asked run ${answer.runId} to stop. See it end with: millrace watch ${answer.runId}`)
  return EXIT.ok
}
