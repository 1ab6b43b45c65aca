import { type DefinitionProblem, definitionProblem, type Run, type RunSummary } from '@millrace/contracts'
import type { ApiError } from '@millrace/sdk'
import { formatDuration } from './console/duration.js'
import { padTo, printable, widthOf } from './console/printable.js'
import { colorsOf, printLine, type Terminal } from './terminal.js'

/** Rows under dim headings, columns as wide as their widest cell. Cells may hold colours only in the last column. */
export const printTable = (
  terminal: Terminal,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): void => {
  const widths = headings.map((heading, i) =>
    Math.max(heading.length, ...rows.map((row) => widthOf(row[i] ?? ''))),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => padTo(cell, widths[i] ?? 0))
      .join('  ')
      .trimEnd()
  printLine(terminal, colorsOf(terminal).dim(line(headings)))
  for (const row of rows) printLine(terminal, line(row))
}

export const printProblems = (terminal: Terminal, problems: readonly DefinitionProblem[]): void => {
  const colors = colorsOf(terminal)
  for (const { pointer, code, message, hint } of problems) {
    printLine(
      terminal,
      `${colors.red('✖')} ${colors.bold(printable(pointer || '/'))}  ${code}: ${printable(message)}`,
    )
    printLine(terminal, colors.dim(`  ${printable(hint)}`))
  }
}

export const countProblems = (count: number): string => `${count} ${count === 1 ? 'problem' : 'problems'}`

/** A refused call, on the error stream: what, and how to mend it; of a definition, each of its problems. */
export const printApiError = (terminal: Terminal, error: ApiError): void => {
  const colors = colorsOf(terminal)
  const problems = problemsOf(error)
  if (problems.length > 0) {
    const all = error.problem.problemCount
    const count = typeof all === 'number' ? all : problems.length
    printProblems({ ...terminal, out: terminal.err }, problems)
    terminal.err.write(`${colors.red(`The definition has ${countProblems(count)}`)}\n`)
    return
  }
  terminal.err.write(`${colors.red(`✖ ${error.code}`)} ${printable(error.message)}\n`)
  if (error.code !== 'UNAUTHENTICATED') terminal.err.write(`${colors.dim(`  ${printable(error.hint)}`)}\n`)
  if (error.code === 'DRAFT_CONFLICT')
    terminal.err.write(colors.dim('  Or replace it: millrace deploy --force.\n'))
}

const problemsOf = (error: ApiError): DefinitionProblem[] => {
  const parsed = definitionProblem.array().safeParse(error.problem.problems)
  return parsed.success ? parsed.data : []
}

/** What ran: the name of the workflow and its version; a test run runs a snapshot of the draft. */
export const titleOf = ({ workflowName, version }: Pick<RunSummary, 'workflowName' | 'version'>): string =>
  `${printable(workflowName)} ${version === null ? 'draft' : `v${version}`}`

/** From start to end; empty while either is missing. */
export const tookOf = (run: Pick<Run | RunSummary, 'startedAt' | 'finishedAt'>): string =>
  run.startedAt === null || run.finishedAt === null
    ? ''
    : formatDuration(Date.parse(run.finishedAt) - Date.parse(run.startedAt))
