import { stringifyJson } from '@millrace/contracts'
import { ApiError, type Client } from '@millrace/sdk'
import { parseArguments } from './arguments.js'
import type { Invocation } from './command.js'
import { approvals, decide } from './commands/approvals.js'
import { bulk } from './commands/bulk.js'
import { cancel } from './commands/cancel.js'
import { completion } from './commands/completion.js'
import { control } from './commands/control.js'
import { deadLetters } from './commands/dead-letters.js'
import { deploy } from './commands/deploy.js'
import { listEvents, publishEvent } from './commands/events.js'
import { list } from './commands/list.js'
import { login } from './commands/login.js'
import { result } from './commands/result.js'
import { rerun, retry, undo } from './commands/retry.js'
import { run } from './commands/run.js'
import { logout, whoAmI } from './commands/session.js'
import { status } from './commands/status.js'
import { validate } from './commands/validate.js'
import { watch } from './commands/watch.js'
import { workflows } from './commands/workflows.js'
import { connect, explainSignIn } from './connection.js'
import { EXIT, type ExitCode, UsageError } from './exit-code.js'
import { printHelp } from './help.js'
import { printApiError } from './report.js'
import { resolveRunId } from './run-id.js'
import { printLine, type Terminal } from './terminal.js'
import { VERSION } from './version.js'

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
      await reportApiError(argv, terminal, error)
      return error.code === 'INVALID_DEFINITION' ? EXIT.failed : EXIT.api
    }
    throw error
  }
}

const reportApiError = async (
  argv: readonly string[],
  terminal: Terminal,
  error: ApiError,
): Promise<void> => {
  const { url } = parseArguments(argv)
  const shown =
    error.code === 'UNAUTHENTICATED'
      ? new ApiError({ ...error.problem, detail: await explainSignIn(terminal, url) })
      : error
  if (argv.includes('--json')) terminal.err.write(`${stringifyJson(shown.problem)}\n`)
  else printApiError(terminal, shown)
}

const perform = async (invocation: Invocation, terminal: Terminal): Promise<ExitCode> => {
  const { command, json, url } = invocation
  const client = () => connect(terminal, url)
  switch (command.name) {
    case 'help':
      printHelp(terminal, command.topic)
      return EXIT.ok
    case 'version':
      printLine(terminal, VERSION)
      return EXIT.ok
    case 'completion':
      return completion(terminal, command.shell)
    case 'logout':
      return logout(terminal, invocation)
    case 'whoami':
      return whoAmI(terminal, await client(), invocation)
    case 'login':
      return login(terminal, command, invocation)
    case 'validate':
      return validate(terminal, command, invocation)
    case 'workflows':
      return workflows(terminal, await client(), json)
    case 'deploy':
      return deploy(terminal, await client(), command, json)
    case 'run':
      return run(terminal, await client(), command, json)
    case 'list':
      return list(terminal, await client(), command, json)
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
    default:
      return performOnRun(terminal, await client(), command, json)
  }
}

/** Commands about one run, which may be named by a part of its id. */
const performOnRun = async (
  terminal: Terminal,
  client: Client,
  given: RunCommands,
  json: boolean,
): Promise<ExitCode> => {
  const command = { ...given, run: await resolveRunId(client, given.run) }
  switch (command.name) {
    case 'status':
      return status(terminal, client, command.run, json)
    case 'result':
      return result(terminal, client, command.run)
    case 'run-events':
      return listEvents(terminal, client, command.run, json)
    case 'watch':
      return watch(terminal, client, command.run, json)
    case 'cancel':
      return cancel(terminal, client, command, json)
    case 'pause':
    case 'resume':
      return control(terminal, client, command, json)
    case 'retry':
      return retry(terminal, client, command, json)
    case 'rerun':
      return rerun(terminal, client, command, json)
    case 'undo':
      return undo(terminal, client, command, json)
  }
}
type RunCommands = Extract<Invocation['command'], { readonly run: string }>
