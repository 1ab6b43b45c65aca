import { Cron } from 'croner'

/** As the scheduler reads it: the same library, the same options. */
export interface Schedule {
  readonly cron: string
  readonly timezone: string
}

/** The next ticks strictly after a time, as people there read them; undefined for what is no schedule. */
export const nextTicks = ({ cron, timezone }: Schedule, after: Date, count: number): string[] | undefined => {
  const fields = cron.trim().split(/\s+/).length
  if (fields !== 5 && fields !== 6) return undefined
  try {
    const format = new Intl.DateTimeFormat('en-GB', {
      timeZone: timezone,
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      timeZoneName: 'short',
    })
    const schedule = new Cron(cron, { timezone, paused: true })
    return schedule.nextRuns(count, after).map((tick) => format.format(tick))
  } catch {
    return undefined
  }
}
