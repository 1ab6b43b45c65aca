import { stringifyJson } from '@millrace/contracts'
import { ApiError } from '@millrace/sdk'
import { parseArguments } from './arguments.js'
import type { Invocation } from './command.js'
import { approvals, decide } from './commands/approvals.js'
import { bulk } from './commands/bulk.js'
import { cancel } from './commands/cancel.js'
import { control } from './commands/control.js'
import { deadLetters } from './commands/dead-letters.js'
import { deploy } from './commands/deploy.js'
import { publishEvent } from './commands/events.js'
import { list } from './commands/list.js'
import { login } from './commands/login.js'
import { rerun, retry, undo } from './commands/retry.js'
import { run } from './commands/run.js'
import { status } from './commands/status.js'
import { validate } from './commands/validate.js'
import { watch } from './commands/watch.js'
import { workflows } from './commands/workflows.js'
import { connect } from './connection.js'
import { EXIT, type ExitCode, UsageError } from './exit-code.js'
import { printHelp } from './help.js'
import { printApiError } from './report.js'
import type { Terminal } from './terminal.js'

/** Runs one command line and gives its exit code. What goes wrong in an expected way is printed, not thrown. */
export const runCli = async (argv: readonly string[], terminal: Terminal): Promise<ExitCode> => {
  try {
    return await perform(parseArguments(argv), terminal)
  } catch (error) {
    if (error instanceof UsageError) {
      terminal.err.write(`${error.message}\nSee \`millrace help\`.\n`)
      return EXIT.usage
    }
    if (error instanceof ApiError) {
      if (argv.includes('--json')) terminal.err.write(`${stringifyJson(error.problem)}\n`)
      else printApiError(terminal, error)
      return EXIT.api
    }
    throw error
  }
}

const perform = async (invocation: Invocation, terminal: Terminal): Promise<ExitCode> => {
  const { command, json, url } = invocation
  const client = () => connect(terminal, url)
  switch (command.name) {
    case 'help':
      printHelp(terminal, command.topic)
      return EXIT.ok
    case 'login':
      return login(terminal, command, invocation)
    case 'validate':
      return validate(terminal, command.file, invocation)
    case 'workflows':
      return workflows(terminal, await client(), json)
    case 'deploy':
      return deploy(terminal, await client(), command, json)
    case 'run':
      return run(terminal, await client(), command, json)
    case 'list':
      return list(terminal, await client(), command, json)
    case 'status':
      return status(terminal, await client(), command.run, json)
    case 'watch':
      return watch(terminal, await client(), command.run, json)
    case 'cancel':
      return cancel(terminal, await client(), command, json)
    case 'pause':
    case 'resume':
      return control(terminal, await client(), command, json)
    case 'retry':
      return retry(terminal, await client(), command, json)
    case 'rerun':
      return rerun(terminal, await client(), command, json)
    case 'undo':
      return undo(terminal, await client(), command, json)
    case 'approvals':
      return approvals(terminal, await client(), command, json)
    case 'approve':
    case 'reject':
      return decide(terminal, await client(), command, json)
    case 'events':
      return publishEvent(terminal, await client(), command, json)
    case 'bulk':
      return bulk(terminal, await client(), command, json)
    case 'dead-letters':
      return deadLetters(terminal, await client(), command, json)
  }
}
