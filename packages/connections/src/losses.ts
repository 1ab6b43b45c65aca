import type { Logger } from '@millrace/telemetry'

/** Milliseconds in which the same loss is told once: a server that stays away fails every try. */
const QUIET = 10_000
/** Losses that are told apart at a time. */
const MAX_KINDS = 100

/**
 * Tells the log of what fails and is tried again, such as a lost connection: each kind at once when it first comes, and
 * then at most every ten seconds, with the number of times that it has come meanwhile.
 * @param now milliseconds of a clock that never goes back.
 */
export const lossReporter = (
  log: Pick<Logger, 'warn'>,
  now: () => number,
  text = 'a connection was lost; it is being restored',
): ((error: unknown, where?: string) => void) => {
  const told = new Map<string, { at: number; silent: number }>()
  return (error, where) => {
    const kind = `${where ?? ''} ${error instanceof Error ? error.message : String(error)}`
    const last = told.get(kind)
    if (last !== undefined && now() - last.at < QUIET) {
      last.silent += 1
      return
    }
    if (told.size >= MAX_KINDS) told.clear()
    told.set(kind, { at: now(), silent: 0 })
    const place = where === undefined ? {} : { where }
    const repeated = last === undefined || last.silent === 0 ? {} : { repeated: last.silent }
    log.warn({ err: error, ...place, ...repeated }, text)
  }
}
