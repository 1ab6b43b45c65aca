import type { DefinitionProblem, Json } from '@millrace/contracts'
import { ApiError } from '@millrace/sdk'
import type { Invocation } from '../command.js'
import { connect } from '../connection.js'
import { isMillraceFormat, readDefinitionFile, shapeProblems } from '../definition-file.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import { printProblems } from '../report.js'
import { colorsOf, printJson, printLine, type Terminal } from '../terminal.js'

interface Verdict {
  readonly valid: boolean
  readonly problems: readonly DefinitionProblem[]
  /** `shape` when no server could be asked. */
  readonly checked: 'all' | 'shape'
}

export const validate = async (
  terminal: Terminal,
  file: string,
  { url, json }: Invocation,
): Promise<ExitCode> => {
  const definition = await readDefinitionFile(terminal, file)
  const verdict = (await askServer(terminal, definition, url)) ?? checkShape(definition)
  if (json) printJson(terminal, verdict)
  else printVerdict(terminal, file, verdict)
  return verdict.valid ? EXIT.ok : EXIT.failed
}

/** Undefined when no server answers, or none that knows us. */
const askServer = async (
  terminal: Terminal,
  definition: Record<string, Json>,
  url: string | undefined,
): Promise<Verdict | undefined> => {
  try {
    const client = await connect(terminal, url)
    return { ...(await client.workflows.validate(definition)), checked: 'all' }
  } catch (error) {
    const code = error instanceof ApiError ? error.code : undefined
    if (code === 'UNAVAILABLE' || code === 'UNAUTHENTICATED' || code === 'INVALID_CREDENTIALS')
      return undefined
    throw error
  }
}

const checkShape = (definition: Record<string, Json>): Verdict => {
  const problems = isMillraceFormat(definition) ? shapeProblems(definition) : [notOffline]
  return { valid: problems.length === 0, problems, checked: 'shape' }
}

const notOffline: DefinitionProblem = {
  pointer: '/format',
  code: 'INVALID_SHAPE',
  message: 'only "millrace/v1" can be checked without a server',
  hint: 'Start Millrace and sign in, or write "format": "millrace/v1".',
}

const printVerdict = (terminal: Terminal, file: string, { valid, problems, checked }: Verdict): void => {
  const colors = colorsOf(terminal)
  printProblems(terminal, problems)
  const count = `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`
  printLine(terminal, valid ? colors.green(`✔ ${file} is valid`) : colors.red(`${file} has ${count}`))
  if (checked === 'shape')
    printLine(terminal, colors.dim('Only its shape was checked: start Millrace and sign in for the rest.'))
}
