import { stringifyJson } from '@millrace/contracts'
import type { LogLine } from './run-log.js'
import { stripEscapes } from './sgr.js'

/** What is asked of a log. Lines of other steps and finer levels do not show; a search only marks. */
export interface LogQuery {
  readonly path: string | undefined
  readonly minLevel: LogLine['level']
  readonly search: string
}

const LEVELS: readonly LogLine['level'][] = ['debug', 'info', 'warn', 'error']

/**
 * The lines of one query, kept up as the log grows: each line is looked at once a query, so following a fast log
 * costs what is new, and counts are exact over the whole log rather than over what is drawn.
 *
 * Numbers in `shown` index the log; numbers in `matches` and `errors` index `shown`.
 */
export class LogView {
  readonly shown: number[] = []
  readonly matches: number[] = []
  readonly errors: number[] = []
  readonly #pattern: RegExp | undefined
  #seen = 0

  constructor(
    readonly lines: readonly LogLine[],
    readonly query: LogQuery,
  ) {
    this.#pattern = searchPattern(query.search)
  }

  /** Looks at the lines that have come, up to `count` of them in all. */
  extend(count: number): void {
    const { path, minLevel } = this.query
    const finest = LEVELS.indexOf(minLevel)
    for (; this.#seen < count; this.#seen++) {
      const line = this.lines[this.#seen]!
      if (path !== undefined && line.path !== path) continue
      if (LEVELS.indexOf(line.level) < finest) continue
      if (line.level === 'error') this.errors.push(this.shown.length)
      if (this.#pattern?.test(searchText(line))) this.matches.push(this.shown.length)
      this.shown.push(this.#seen)
    }
  }

  get seen(): number {
    return this.#seen
  }
}

/** Case does not count; nothing in the text is special. Undefined: there is nothing to look for. */
export const searchPattern = (search: string): RegExp | undefined =>
  search === '' ? undefined : new RegExp(search.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'i')

const searchText = ({ message, path, data }: LogLine): string =>
  `${path ?? ''} ${stripEscapes(message)}${data === undefined ? '' : ` ${stringifyJson(data)}`}`

/** The next of the ascending `positions` after `from`, or before it, going round at the ends. */
export function stepTo(
  positions: readonly number[],
  from: number,
  direction: 'next' | 'previous',
): number | undefined {
  if (direction === 'next') return positions.find((position) => position > from) ?? positions[0]
  return positions.findLast((position) => position < from) ?? positions.at(-1)
}
