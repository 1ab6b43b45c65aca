import { describe, expect, test } from 'vitest'
import { Schedule } from '../../src/schedule/index.js'

/** The ticks from midnight there of the first day to the midnight after the last, as the clocks show them. */
function ticks(cron: string, timezone: string, from: string, to: string): string[] {
  const schedule = new Schedule({ cron, timezone })
  const shown: string[] = []
  const end = Date.parse(to)
  for (let at = schedule.next(Date.parse(from) - 1); at !== undefined && at < end; at = schedule.next(at))
    shown.push(show(at, timezone))
  return shown
}

const show = (at: number, timeZone: string): string =>
  new Intl.DateTimeFormat('en-GB', {
    timeZone,
    ...({ day: '2-digit', hour: '2-digit', minute: '2-digit', timeZoneName: 'longOffset' } as const),
  })
    .format(at)
    .replace(', ', ' ')
    .replace(/(\d\d:\d\d):00/, '$1')

/** Berlin: on 29 March 02:00 becomes 03:00; on 25 October 03:00 becomes 02:00. */
const SPRING = ['Europe/Berlin', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'] as const
const FALL = ['Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'] as const

describe('times of the day', () => {
  test.each([
    ['0,30 2 * * *', ['29 03:00 GMT+02:00'], ['25 02:00 GMT+02:00', '25 02:30 GMT+02:00']],
    ['15,45 2 * * *', ['29 03:00 GMT+02:00'], ['25 02:15 GMT+02:00', '25 02:45 GMT+02:00']],
    [
      '10-12 2 * * *',
      ['29 03:00 GMT+02:00'],
      ['25 02:10 GMT+02:00', '25 02:11 GMT+02:00', '25 02:12 GMT+02:00'],
    ],
    [
      '30 2,3 * * *',
      ['29 03:00 GMT+02:00', '29 03:30 GMT+02:00'],
      ['25 02:30 GMT+02:00', '25 03:30 GMT+01:00'],
    ],
    ['0 2,3 * * *', ['29 03:00 GMT+02:00'], ['25 02:00 GMT+02:00', '25 03:00 GMT+01:00']],
    ['30 1 * * *', ['29 01:30 GMT+01:00'], ['25 01:30 GMT+02:00']],
    [
      '0 */6 * * *',
      ['29 00:00 GMT+01:00', '29 06:00 GMT+02:00', '29 12:00 GMT+02:00', '29 18:00 GMT+02:00'],
      ['25 00:00 GMT+02:00', '25 06:00 GMT+01:00', '25 12:00 GMT+01:00', '25 18:00 GMT+01:00'],
    ],
  ])('%s in Berlin', (cron, spring, fall) => {
    expect(ticks(cron, ...SPRING)).toEqual(spring)
    expect(ticks(cron, ...FALL)).toEqual(fall)
  })

  test('by seconds: a whole hour that is skipped fires once, one that comes twice fires through the first', () => {
    expect(ticks('0 * 2 * * *', ...SPRING)).toEqual(['29 03:00 GMT+02:00'])
    const fall = ticks('0 * 2 * * *', ...FALL)
    expect(fall).toHaveLength(60)
    expect(new Set(fall.map((tick) => tick.slice(9)))).toEqual(new Set(['GMT+02:00']))
  })
})

describe('schedules of every hour', () => {
  test('leave out what the clocks skip', () => {
    expect(ticks('30 * * * *', ...SPRING).slice(0, 3)).toEqual([
      '29 00:30 GMT+01:00',
      '29 01:30 GMT+01:00',
      '29 03:30 GMT+02:00',
    ])
    expect(ticks('30 * * * *', ...SPRING)).toHaveLength(23)
  })

  test('and fire twice where they show a time twice', () => {
    expect(ticks('30 * * * *', ...FALL).slice(2, 5)).toEqual([
      '25 02:30 GMT+02:00',
      '25 02:30 GMT+01:00',
      '25 03:30 GMT+01:00',
    ])
    expect(ticks('*/20 * * * *', ...FALL)).toHaveLength(75)
    expect(ticks('0 0-23 * * *', ...FALL)).toHaveLength(25)
  })
})

/** The clocks go by half an hour there: on 5 April 02:00 becomes 01:30, on 4 October 02:00 becomes 02:30. */
describe('Lord Howe', () => {
  const zone = 'Australia/Lord_Howe'
  test('falls back by half an hour', () => {
    const day = [zone, '2026-04-04T13:00:00Z', '2026-04-05T13:30:00Z'] as const
    expect(ticks('45 1 * * *', ...day)).toEqual(['05 01:45 GMT+11:00'])
    expect(ticks('45 * * * *', ...day).slice(0, 4)).toEqual([
      '05 00:45 GMT+11:00',
      '05 01:45 GMT+11:00',
      '05 01:45 GMT+10:30',
      '05 02:45 GMT+10:30',
    ])
  })
  test('springs forward by half an hour', () => {
    const day = [zone, '2026-10-03T13:30:00Z', '2026-10-04T13:00:00Z'] as const
    expect(ticks('0,15,45 2 * * *', ...day)).toEqual(['04 02:30 GMT+11:00', '04 02:45 GMT+11:00'])
    expect(ticks('15 * * * *', ...day).slice(0, 4)).toEqual([
      '04 00:15 GMT+10:30',
      '04 01:15 GMT+10:30',
      '04 03:15 GMT+11:00',
      '04 04:15 GMT+11:00',
    ])
  })
})

describe('other zones', () => {
  test('Kathmandu never changes its clocks', () => {
    const day = ['Asia/Kathmandu', '2026-03-28T18:15:00Z', '2026-03-29T18:15:00Z'] as const
    expect(ticks('0,30 2 * * *', ...day)).toEqual(['29 02:00 GMT+05:45', '29 02:30 GMT+05:45'])
    expect(ticks('0 * * * *', ...day)).toHaveLength(24)
  })

  test('midnight itself may be skipped, and may come twice', () => {
    const saoPaulo = 'America/Sao_Paulo'
    expect(ticks('0 0 * * *', saoPaulo, '2018-11-03T03:00:00Z', '2018-11-05T03:00:00Z')).toEqual([
      '03 00:00 GMT-03:00',
      '04 01:00 GMT-02:00',
      '05 00:00 GMT-02:00',
    ])
    expect(ticks('30 23 * * *', saoPaulo, '2018-02-17T02:00:00Z', '2018-02-19T03:00:00Z')).toEqual([
      '17 23:30 GMT-02:00',
      '18 23:30 GMT-03:00',
    ])
  })

  test('a whole day may be skipped', () => {
    const day = ['Pacific/Apia', '2011-12-29T10:00:00Z', '2011-12-31T09:59:00Z'] as const
    expect(ticks('0 9 * * *', ...day)).toEqual([
      '29 09:00 GMT-10:00',
      '31 00:00 GMT+14:00',
      '31 09:00 GMT+14:00',
    ])
  })

  test('New York', () => {
    const spring = ['America/New_York', '2026-03-08T05:00:00Z', '2026-03-09T04:00:00Z'] as const
    expect(ticks('15,45 2 * * *', ...spring)).toEqual(['08 03:00 GMT-04:00'])
    const fall = ['America/New_York', '2026-11-01T04:00:00Z', '2026-11-02T05:00:00Z'] as const
    expect(ticks('15,45 1 * * *', ...fall)).toEqual(['01 01:15 GMT-04:00', '01 01:45 GMT-04:00'])
  })
})

/** Ask from any moment, and the answer is the first tick after it: nothing is lost or told twice. */
test.each(['Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/New_York', 'Africa/Cairo'])(
  'the next tick is the same from every moment before it, in %s',
  (timezone) => {
    for (const cron of ['0,30 1-3 * * *', '*/15 * * * *', '45 1,23 * * *', '30 * * * 0']) {
      const schedule = new Schedule({ cron, timezone })
      for (const around of [1_774_738_800_000, 1_775_318_400_000, 1_791_032_400_000, 1_792_879_200_000]) {
        const all = walk(schedule, around - 20 * 3_600_000, around + 30 * 3_600_000)
        for (let at = around - 20 * 3_600_000; at < around + 20 * 3_600_000; at += 7 * 60_000 + 1)
          expect(schedule.next(at)).toBe(all.find((tick) => tick > at) ?? schedule.next(at))
      }
    }
  },
)

function walk(schedule: Schedule, from: number, to: number): number[] {
  const all: number[] = []
  for (let at = schedule.next(from); at !== undefined && at <= to; at = schedule.next(at)) all.push(at)
  expect(all).toEqual([...new Set(all)].sort((a, b) => a - b))
  return all
}
