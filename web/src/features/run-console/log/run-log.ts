import { type Json, type RunEvent, type StepError, stringifyJson } from '@millrace/contracts'
import type { RunObserver } from '../document/run-document.js'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** One line of a run's log. `seq` is its event's: the address a permalink names. */
export interface LogLine {
  readonly seq: number
  readonly at: number
  readonly level: LogLevel
  /** Undefined for lines about the run itself. */
  readonly path: string | undefined
  readonly attempt: number
  /** As the step wrote it, escape sequences and all. */
  readonly message: string
  readonly data: Json | undefined
}

/** The lines of a run, in the order of its events; failures are lines too. Append-only: an index never changes. */
export class RunLog implements RunObserver {
  readonly lines: LogLine[] = []

  observe(event: RunEvent): void {
    const line = lineOf(event)
    if (line !== undefined) this.lines.push(line)
  }
}

/** Steps that a line names at most. */
const NAMED_STEPS = 10

function undoneBy(paths: readonly string[]): string {
  if (paths.length === 0) return 'What was done is undone'
  const named = paths.slice(0, NAMED_STEPS).join(', ')
  const more = paths.length > NAMED_STEPS ? ` and ${paths.length - NAMED_STEPS} more` : ''
  return `What was done is undone by ${named}${more}`
}

function lineOf(event: RunEvent): LogLine | undefined {
  switch (event.type) {
    case 'step_log':
      return { ...base(event), level: event.level, message: event.message, data: event.data }
    case 'step_retrying':
      return { ...base(event), level: 'warn', ...failure('will be tried again', event.error) }
    case 'step_failed':
      return { ...base(event), level: event.handled ? 'warn' : 'error', ...failure('failed', event.error) }
    case 'step_succeeded':
      if (event.error === undefined) return undefined
      return { ...base(event), level: 'warn', ...failure('failed, and the run goes on', event.error) }
    case 'run_compensating':
      return {
        ...base(event),
        level: 'warn',
        message: undoneBy(event.paths),
        data: undefined,
      }
    case 'run_finished':
      if (event.error === undefined) return undefined
      return { ...base(event), level: 'error', ...failure('The run failed', event.error) }
    default:
      return undefined
  }
}

const base = (event: RunEvent): Pick<LogLine, 'seq' | 'at' | 'path' | 'attempt'> => ({
  seq: event.seq,
  at: event.at,
  path: 'path' in event ? event.path : undefined,
  attempt: 'attempt' in event ? event.attempt : 0,
})

const failure = (what: string, { code, message, details }: StepError): Pick<LogLine, 'message' | 'data'> => ({
  message: `${what}: ${code} ${message}`,
  data: details,
})

/** How many lines a moment of the run has: lines are in order of `seq`. */
export function countLinesUpTo(lines: readonly LogLine[], seq: number): number {
  let low = 0
  let high = lines.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (lines[middle]!.seq <= seq) low = middle + 1
    else high = middle
  }
  return low
}

/** Where the line of an event stands, or would stand. */
export const lineIndexOf = (lines: readonly LogLine[], seq: number): number => countLinesUpTo(lines, seq - 1)

/** The log as text, for copying and for downloads. */
export const logText = (lines: readonly LogLine[]): string => lines.map(lineText).join('\n')

const lineText = ({ at, level, path, message, data }: LogLine): string => {
  const rest = data === undefined ? '' : ` ${stringifyJson(data)}`
  return `${new Date(at).toISOString()} ${level.toUpperCase().padEnd(5)} ${path ?? '(run)'} ${message}${rest}`
}
