import type { DefinitionProblem, Json } from '@millrace/contracts'
import { ApiError } from '@millrace/sdk'
import type { Invocation, ValidateCommand } from '../command.js'
import { connect, explainSignIn } from '../connection.js'
import { readDefinitionFile } from '../definition-file.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import { checkOffline } from '../offline-check.js'
import { countProblems, printProblems } from '../report.js'
import { colorsOf, printJson, printLine, type Terminal } from '../terminal.js'

interface Verdict {
  readonly valid: boolean
  readonly problems: readonly DefinitionProblem[]
  /** Of all, where the server gives only the first. */
  readonly problemCount?: number
  /** `offline`: by what this program knows, since no server was asked. */
  readonly checked: 'server' | 'offline'
  /** Why no server was asked. */
  readonly reason?: string
}

/** Valid is 0 only where it was checked as asked: when the server could not say so, the exit code tells. */
export const validate = async (
  terminal: Terminal,
  { file, offline }: ValidateCommand,
  { url, json }: Invocation,
): Promise<ExitCode> => {
  const definition = await readDefinitionFile(terminal, file)
  const verdict = offline ? await checkHere(definition) : await askServer(terminal, definition, url)
  if (json) printJson(terminal, verdict)
  else printVerdict(terminal, file === '-' ? 'The definition' : file, verdict)
  if (!verdict.valid) return EXIT.failed
  return verdict.reason === undefined ? EXIT.ok : EXIT.unchecked
}

const askServer = async (
  terminal: Terminal,
  definition: Record<string, Json>,
  url: string | undefined,
): Promise<Verdict> => {
  try {
    const client = await connect(terminal, url)
    return { ...(await client.workflows.validate(definition)), checked: 'server' }
  } catch (error) {
    const code = error instanceof ApiError ? error.code : undefined
    if (code === 'UNAUTHENTICATED') return checkHere(definition, await explainSignIn(terminal, url))
    if (error instanceof ApiError && (code === 'UNAVAILABLE' || code === 'INVALID_CREDENTIALS'))
      return checkHere(definition, error.message)
    throw error
  }
}

const checkHere = async (definition: Record<string, Json>, reason?: string): Promise<Verdict> => {
  const problems = await checkOffline(definition)
  return {
    valid: problems.length === 0,
    problems,
    checked: 'offline',
    ...(reason === undefined ? {} : { reason }),
  }
}

const printVerdict = (
  terminal: Terminal,
  file: string,
  { valid, problems, problemCount = problems.length, checked, reason }: Verdict,
): void => {
  const colors = colorsOf(terminal)
  printProblems(terminal, problems)
  const offline = checked === 'offline' ? ', as far as can be told without the server' : ''
  printLine(
    terminal,
    valid
      ? colors.green(`✔ ${file} is valid${offline}`)
      : colors.red(`${file} has ${countProblems(problemCount)}`),
  )
  if (reason !== undefined)
    printLine(terminal, colors.dim(`No server was asked: ${reason.replace(/\.$/, '')}.`))
}
