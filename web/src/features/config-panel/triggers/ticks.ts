import { cronProblem, Schedule, type ScheduleTimes } from '@millrace/engine/schedule'

/** As the scheduler works them out: the next ticks strictly after a time, as people there read them; undefined for what is no schedule. */
export const nextTicks = (
  { cron, timezone }: ScheduleTimes,
  after: Date,
  count: number,
): string[] | undefined => {
  if (cronProblem(cron) !== undefined) return undefined
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
    return ticksAfter(new Schedule({ cron, timezone }), after.getTime(), count).map((tick) =>
      format.format(tick),
    )
  } catch {
    return undefined
  }
}

const ticksAfter = (schedule: Schedule, after: number, count: number): number[] => {
  const ticks: number[] = []
  for (
    let tick = schedule.next(after);
    tick !== undefined && ticks.length < count;
    tick = schedule.next(tick)
  )
    ticks.push(tick)
  return ticks
}
