import type { Client } from '@millrace/sdk'
import { EXIT, type ExitCode } from '../exit-code.js'
import { printJson, type Terminal } from '../terminal.js'

/** The run's output as JSON and nothing else, for scripts. Exit code 0 only if the run completed. */
export const result = async (terminal: Terminal, client: Client, runId: string): Promise<ExitCode> => {
  const { status, output, error } = await client.runs.get(runId)
  if (status === 'completed') {
    printJson(terminal, output)
    return EXIT.ok
  }
  terminal.err.write(`The run is ${status}: it has no output.\n`)
  if (error !== null) printJson({ ...terminal, out: terminal.err }, error)
  return EXIT.failed
}
