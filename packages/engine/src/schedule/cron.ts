import { Cron } from 'croner'

/** A cron expression of 5 or 6 fields, read without regard to any zone: walls in, walls out (see zone.ts). */
export class CronPattern {
  readonly #cron: Cron
  /** It fires in each of the 24 hours: an interval, and no time of the day. */
  readonly isHourly: boolean

  /** Throws Error for what `cronProblem` refuses. */
  constructor(text: string) {
    this.#cron = new Cron(text, { timezone: 'UTC', paused: true })
    this.isHourly = hoursOf(fieldsOf(text).at(-4) ?? '').size === 24
  }

  /** The first wall strictly after this one; undefined when there is none. */
  next(wall: number): number | undefined {
    return this.#cron.nextRun(new Date(wall))?.getTime()
  }
}

const fieldsOf = (text: string): string[] => text.trim().split(/\s+/)

function hoursOf(field: string): Set<number> {
  const hours = new Set<number>()
  for (const part of field.split(',')) {
    const [range = '', step = '1'] = part.split('/')
    const [from = '0', to = from] = range === '*' || range === '?' ? ['0', '23'] : range.split('-')
    for (let hour = Number(from); hour <= Number(to); hour += Number(step)) hours.add(hour)
  }
  return hours
}

/** In words, what is wrong with a cron expression; undefined for one that can be used. */
export function cronProblem(text: string): string | undefined {
  const fields = fieldsOf(text)
  for (const part of fields.flatMap((field) => field.split(','))) {
    const known = KNOWN_MISTAKES.find(([pattern]) => pattern.test(part))
    if (known !== undefined) return `${part}: ${known[1]}`
  }
  if (fields.length !== 5 && fields.length !== 6)
    return `a cron expression has 5 fields, or 6 with the seconds first; this one has ${fields.length}`
  try {
    new Cron(text, { paused: true })
    return undefined
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : ''
    return FROM_HIGH_TO_LOW.test(reason) ? `${reason}. ${ASCENDING}` : reason
  }
}

const FROM_HIGH_TO_LOW = /^From value is larger/
const ASCENDING = 'A range goes from low to high: list the values, as in FRI,SAT,SUN,MON or 22,23,0,1'

/** What other dialects of cron take, and what to write here. */
const KNOWN_MISTAKES: readonly (readonly [RegExp, string])[] = [
  [/^\d+\/\d+$/, 'a step needs a range before it, as in 5-59/10'],
  [/^L-\d+$/i, 'days counted back from the end of the month are not known; L alone is the last day'],
  [/^@/, 'names such as @daily are not known; write the fields, as in 0 0 * * *'],
]
