import type { Logger } from '@millrace/telemetry'

/** Tells the log of what fails and is tried again, such as a lost connection. The log keeps repetitions back. */
export const lossReporter =
  (
    log: Pick<Logger, 'warn'>,
    text = 'a connection was lost; it is being restored',
  ): ((error: unknown, where?: string) => void) =>
  (error, where) =>
    log.warn({ err: error, ...(where === undefined ? {} : { where }) }, text)
