import { cronProblem, Schedule, type ScheduleTimes } from '@millrace/engine/schedule'
import { z } from 'zod'

export const scheduleParams = z
  .strictObject({
    cron: z.string().max(200).check(isCron).meta({
      title: 'Cron',
      description:
        'Minute hour day month weekday; a field of seconds may stand before them. With day and weekday both given, either will do.',
    }),
    timezone: z
      .string()
      .max(64)
      .default('UTC')
      .refine(isTimeZone, {
        message: 'this is no IANA time zone: use one such as Europe/Berlin',
        abort: true,
      })
      .meta({ title: 'Time zone', description: 'An IANA name, such as Europe/Stockholm.' }),
    misfire: z.enum(['latest', 'skip']).default('latest').meta({
      title: 'After downtime',
      description: '`latest` fires the last missed tick; `skip` waits for the next one.',
    }),
  })
  .refine((schedule) => nextTick(schedule, new Date(0)) !== null, {
    message: 'this schedule never fires',
    path: ['cron'],
  })
export type ScheduleParams = z.output<typeof scheduleParams>

/** The first tick strictly after `after`, or null when there is none; see `Schedule`. */
export function nextTick(times: ScheduleTimes, after: Date): Date | null {
  const next = new Schedule(times).next(after.getTime())
  return next === undefined ? null : new Date(next)
}

function isCron({ value, issues }: z.core.ParsePayload<string>): void {
  const message = cronProblem(value)
  if (message !== undefined) issues.push({ code: 'custom', input: value, message, continue: false })
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
