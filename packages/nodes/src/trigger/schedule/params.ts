import { Cron } from 'croner'
import { z } from 'zod'

export const scheduleParams = z
  .strictObject({
    cron: z
      .string()
      .max(200)
      .refine(isCron, { message: 'not a cron expression of 5 or 6 fields', abort: true })
      .meta({
        title: 'Cron',
        description: 'Minute hour day month weekday; a field of seconds may stand before them.',
      }),
    timezone: z
      .string()
      .max(64)
      .default('UTC')
      .refine(isTimeZone, { message: 'not an IANA time zone', abort: true })
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

/**
 * The first tick strictly after `after`, or null when there is none. A local time that a change of the clocks
 * skips fires at the moment of the change; one that comes twice fires once.
 */
export function nextTick(
  schedule: { readonly cron: string; readonly timezone: string },
  after: Date,
): Date | null {
  return new Cron(schedule.cron, { timezone: schedule.timezone, paused: true }).nextRun(after)
}

function isCron(text: string): boolean {
  const fields = text.trim().split(/\s+/).length
  if (fields !== 5 && fields !== 6) return false
  try {
    new Cron(text, { paused: true })
    return true
  } catch {
    return false
  }
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
