import { briefly, isOutage } from './outage.js'

/**
 * Which lines about failures are printed. A server that is away fails every try of everybody: the log tells each kind at
 * once, then at most once a minute with the number of those it has kept back, and once more when it is over.
 *
 * Owns: what has been told of each kind. Does not own the log: it is handed a function that prints.
 *
 * 1. A kind is a text and a cause. Ids and numbers in either make no kind of their own.
 * 2. A kind is over when it has not come for `QUIET_MS`, or for three times the longest pause it has made before.
 * 3. At most `MAX_KINDS` are known at a time (I10); the one told longest ago is forgotten first.
 */

/** Between two lines of a kind. Milliseconds. */
const TELL_MS = 60_000
const QUIET_MS = 10_000
const PATIENCE = 3
const LOOK_MS = 1_000
const MAX_KINDS = 200

interface Kind {
  readonly text: string
  readonly cause: string
  readonly since: number
  toldAt: number
  lastAt: number
  longestPause: number
  times: number
  silent: number
}

export interface Failure {
  /** The line's message. */
  readonly text: string
  readonly error: Error
  /** Which loop or part it is about, if the line says. */
  readonly where?: unknown
}

/** Members to add to the line. */
export type Told = { readonly err: unknown; readonly repeated?: number }

export interface Over {
  readonly text: string
  readonly times: number
  readonly forMs: number
}

export class Repetition {
  readonly #kinds = new Map<string, Kind>()
  readonly #now: () => number
  #timer: NodeJS.Timeout | undefined

  /**
   * @param now milliseconds of a clock that never goes back.
   * @param tell prints that a kind is over.
   */
  constructor(
    now: () => number,
    private readonly tell: (over: Over) => void,
  ) {
    this.#now = now
  }

  /** What to print of a failure; undefined when it has been told of lately. */
  failed({ text, error, where }: Failure): Told | undefined {
    const outage = isOutage(error)
    const key = `${plain(text)}|${typeof where === 'string' ? where : ''}|${causeOf(error, outage)}`
    const err = outage ? briefly(error) : error
    const now = this.#now()
    const kind = this.#kinds.get(key)
    if (kind === undefined) {
      this.#enter(key, text, error, now)
      return { err }
    }
    kind.longestPause = Math.max(kind.longestPause, now - kind.lastAt)
    kind.lastAt = now
    kind.times += 1
    if (now - kind.toldAt < TELL_MS) {
      kind.silent += 1
      return undefined
    }
    const repeated = kind.silent + 1
    kind.toldAt = now
    kind.silent = 0
    return { err, repeated }
  }

  /** Tells of the kinds that are over. Called each second while there are any. */
  runOnce(): void {
    const now = this.#now()
    for (const [key, kind] of this.#kinds) {
      if (now - kind.lastAt < Math.max(QUIET_MS, PATIENCE * kind.longestPause)) continue
      this.#kinds.delete(key)
      if (kind.times > 1) this.tell(overOf(kind))
    }
    if (this.#kinds.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #enter(key: string, text: string, error: Error, now: number): void {
    if (this.#kinds.size >= MAX_KINDS) {
      const oldest = this.#kinds.keys().next()
      if (!oldest.done) this.#kinds.delete(oldest.value)
    }
    const cause = briefly(error).message
    this.#kinds.set(key, {
      ...{ text, cause, since: now, toldAt: now, lastAt: now },
      ...{ longestPause: 0, times: 1, silent: 0 },
    })
    this.#timer ??= setInterval(() => this.runOnce(), LOOK_MS).unref()
  }
}

const overOf = ({ text, cause, since, lastAt, times }: Kind): Over => {
  const forMs = Math.round(lastAt - since)
  const seconds = Math.round(forMs / 1_000).toLocaleString('en-US')
  return {
    text: `over after ${seconds} s, ${times.toLocaleString('en-US')} times: ${text} (${cause})`,
    times,
    forMs,
  }
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi
const plain = (text: string): string => text.replaceAll(UUID, '#').replaceAll(/\d+/g, '#')

/** Two faults of our own are one kind only where they come from the same line. */
const causeOf = (error: Error, outage: boolean): string => {
  const code = 'code' in error ? String(error.code) : ''
  const line = outage ? '' : (error.stack?.split('\n').find((each) => /^\s+at /.test(each)) ?? '')
  return `${error.constructor.name}|${code}|${plain(error.message)}|${line}`
}
