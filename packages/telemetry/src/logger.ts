import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino'
import { redact, redactUrls } from './redact.js'
import { Repetition } from './repetition.js'

export type { Logger } from 'pino'

export interface LoggerDeps {
  /** Where lines go; default stdout. */
  readonly destination?: DestinationStream
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number
}

/**
 * A logger that prints one JSON object a line on stdout, with `name` on each, and no secrets (I8).
 * Bindings of child loggers are not looked through: bind ids only.
 *
 * Warnings and errors that carry an `err` are told of once a kind, then once a minute with `repeated`, and once more when
 * they are over: see `Repetition`. Whatever fails in a loop may be logged at each turn.
 * @param level the least severe level printed: fatal, error, warn, info, debug, trace or silent.
 */
export const createLogger = (name: string, level: string, deps: LoggerDeps = {}): Logger => {
  const repetition = new Repetition(deps.now ?? (() => performance.now()), ({ text, ...figures }) =>
    log.warn(figures, text),
  )
  const log = pino(
    {
      name,
      level,
      formatters: { log: (line) => redact(line) as Record<string, unknown> },
      // Errors are serialized by now; pino's own serializer would take the copy for another one.
      serializers: { err: (error: unknown) => error },
      hooks: { streamWrite: redactUrls, logMethod: onlyNews(repetition) },
    },
    deps.destination ?? pino.destination({ fd: 1, sync: true }),
  )
  return log
}

type LogMethod = NonNullable<NonNullable<LoggerOptions['hooks']>['logMethod']>

const { warn, error } = pino.levels.values

const onlyNews = (repetition: Repetition): LogMethod =>
  function (args, method, level) {
    const [details, text] = args as [unknown, unknown]
    const thrown = level === warn || level === error ? errorIn(details) : undefined
    if (thrown === undefined) return method.apply(this, args)
    const { where } = details as { where?: unknown }
    const told = repetition.failed({ text: typeof text === 'string' ? text : '', error: thrown, where })
    if (told !== undefined) method.apply(this, [{ ...(details as object), ...told }, text] as typeof args)
  }

const errorIn = (details: unknown): Error | undefined =>
  typeof details === 'object' && details !== null && 'err' in details && details.err instanceof Error
    ? details.err
    : undefined
