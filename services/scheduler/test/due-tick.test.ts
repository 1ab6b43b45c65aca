import { describe, expect, it } from 'vitest'
import { type DueSchedule, decideTick } from '../src/ticks/due-tick.js'

const at = (text: string) => new Date(text).getTime()
const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString())
const decide = (schedule: Omit<DueSchedule, 'nextAt'> & { nextAt: string }, now: string) => {
  const { fire, next } = decideTick({ ...schedule, nextAt: at(schedule.nextAt) }, at(now))
  return { fire: iso(fire), next: iso(next) }
}

describe('decideTick', () => {
  const everyFive = { cron: '*/5 * * * *', timezone: 'UTC', misfire: 'latest' } as const

  it('fires the tick that is due', () => {
    const tick = decide({ ...everyFive, nextAt: '2026-03-01T10:05:00Z' }, '2026-03-01T10:05:00.120Z')
    expect(tick).toEqual({ fire: '2026-03-01T10:05:00.000Z', next: '2026-03-01T10:10:00.000Z' })
  })

  it('fires only the latest of those missed', () => {
    const tick = decide({ ...everyFive, nextAt: '2026-02-01T10:05:00Z' }, '2026-03-01T10:07:00Z')
    expect(tick).toEqual({ fire: '2026-03-01T10:05:00.000Z', next: '2026-03-01T10:10:00.000Z' })
  })

  it('finds the latest of a schedule that fires every second, and of one that fires every year', () => {
    const second = { cron: '* * * * * *', timezone: 'UTC', misfire: 'latest' } as const
    expect(decide({ ...second, nextAt: '2020-01-01T00:00:00Z' }, '2026-03-01T10:07:00.5Z')).toEqual({
      fire: '2026-03-01T10:07:00.000Z',
      next: '2026-03-01T10:07:01.000Z',
    })
    const year = { cron: '0 0 1 1 *', timezone: 'UTC', misfire: 'latest' } as const
    expect(decide({ ...year, nextAt: '2020-01-01T00:00:00Z' }, '2026-03-01T10:07:00Z')).toEqual({
      fire: '2026-01-01T00:00:00.000Z',
      next: '2027-01-01T00:00:00.000Z',
    })
  })

  it('skips what was missed by more than a minute when told to', () => {
    const skip = { ...everyFive, misfire: 'skip' } as const
    expect(decide({ ...skip, nextAt: '2026-03-01T10:00:00Z' }, '2026-03-01T10:07:00Z').fire).toBeUndefined()
    expect(decide({ ...skip, nextAt: '2026-03-01T10:00:00Z' }, '2026-03-01T10:05:30Z').fire).toBe(
      '2026-03-01T10:05:00.000Z',
    )
  })

  it('keeps local time when the clocks change', () => {
    // Stockholm: 2026-03-29 02:00 becomes 03:00; 2026-10-25 03:00 becomes 02:00.
    const nine = { cron: '0 9 * * *', timezone: 'Europe/Stockholm', misfire: 'latest' } as const
    expect(decide({ ...nine, nextAt: '2026-03-28T08:00:00Z' }, '2026-03-28T08:00:01Z').next).toBe(
      '2026-03-29T07:00:00.000Z',
    )
    expect(decide({ ...nine, nextAt: '2026-10-24T07:00:00Z' }, '2026-10-24T07:00:01Z').next).toBe(
      '2026-10-25T08:00:00.000Z',
    )
  })

  it('fires a local time that comes twice once', () => {
    const half = { cron: '30 2 * * *', timezone: 'Europe/Stockholm', misfire: 'latest' } as const
    const first = decide({ ...half, nextAt: '2026-10-25T00:30:00Z' }, '2026-10-25T00:30:01Z')
    expect(first.fire).toBe('2026-10-25T00:30:00.000Z')
    expect(first.next).toBe('2026-10-26T01:30:00.000Z')
  })
})
