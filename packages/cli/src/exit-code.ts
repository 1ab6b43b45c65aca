/** What a shell or a CI job can tell apart. */
export const EXIT = {
  ok: 0,
  /** The run failed or was cancelled, or the definition has problems. */
  failed: 1,
  /** The command line, or a file that it names, is not right. */
  usage: 2,
  /** Millrace refused, or cannot be reached. */
  api: 3,
  /** `validate` found nothing wrong, but could not ask the server. */
  unchecked: 4,
  /** Ctrl-C, as shells count it: 128 + SIGINT. */
  interrupted: 130,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** The command cannot be carried out as it was written. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UsageError'
  }
}
