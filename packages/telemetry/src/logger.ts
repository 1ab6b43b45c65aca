import { type DestinationStream, type Logger, pino } from 'pino'
import { redact, redactUrls } from './redact.js'

export type { Logger } from 'pino'

/**
 * A logger that prints one JSON object a line on stdout, with `name` on each, and no secrets (I8).
 * Bindings of child loggers are not looked through: bind ids only.
 * @param level the least severe level printed: fatal, error, warn, info, debug, trace or silent.
 */
export const createLogger = (name: string, level: string, destination?: DestinationStream): Logger =>
  pino(
    {
      name,
      level,
      formatters: { log: (line) => redact(line) as Record<string, unknown> },
      // Errors are serialized by now; pino's own serializer would take the copy for another one.
      serializers: { err: (error: unknown) => error },
      hooks: { streamWrite: redactUrls },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  )
