import { describe, expect, test } from 'vitest'
import { cronProblem, Schedule } from '../../src/schedule/index.js'

const days = (cron: string, from: string, count: number): string[] => {
  const schedule = new Schedule({ cron, timezone: 'UTC' })
  const found: string[] = []
  for (
    let at = schedule.next(Date.parse(from));
    at !== undefined && found.length < count;
    at = schedule.next(at)
  )
    found.push(new Date(at).toISOString().slice(0, 10))
  return found
}

describe('fields', () => {
  test.each([
    ['0 0 L * *', ['2028-01-31', '2028-02-29', '2028-03-31']],
    ['0 0 31 * *', ['2028-01-31', '2028-03-31', '2028-05-31']],
    ['0 0 LW * *', ['2028-01-31', '2028-02-29', '2028-03-31']],
    ['0 0 15W * *', ['2028-01-14', '2028-02-15', '2028-03-15']],
    ['0 0 * * 5L', ['2028-01-28', '2028-02-25', '2028-03-31']],
    ['0 0 * * FRI#2', ['2028-01-14', '2028-02-11', '2028-03-10']],
    ['0 0 29 2 *', ['2028-02-29', '2032-02-29', '2036-02-29']],
    ['0 0 * JAN MON-FRI/2', ['2028-01-03', '2028-01-05', '2028-01-07']],
    // Day and weekday: either will do.
    ['0 0 15 * FRI', ['2028-01-07', '2028-01-14', '2028-01-15']],
    ['0 0 * * 7', ['2028-01-02', '2028-01-09', '2028-01-16']],
  ])('%s', (cron, expected) => expect(days(cron, '2027-12-31T12:00:00Z', 3)).toEqual(expected))
})

describe('what cannot be used is refused in words', () => {
  test.each([
    ['* * * *', 'a cron expression has 5 fields, or 6 with the seconds first; this one has 4'],
    ['@daily', '@daily: names such as @daily are not known; write the fields, as in 0 0 * * *'],
    ['5/10 * * * *', '5/10: a step needs a range before it, as in 5-59/10'],
    ['1,2,3/2 * * * *', '3/2: a step needs a range before it, as in 5-59/10'],
    [
      '0 0 L-3 * *',
      'L-3: days counted back from the end of the month are not known; L alone is the last day',
    ],
    ['0 0 * * FRI-MON', expect.stringContaining('A range goes from low to high: list the values')],
    ['0 22-2 * * *', expect.stringContaining('A range goes from low to high')],
    ['60 * * * *', 'Invalid value for minute: 60'],
    ['a b c d e', expect.any(String)],
  ])('%s', (cron, problem) => expect(cronProblem(cron)).toEqual(problem))

  test.each(['*/5 * * * *', '0 0 ? * *', '*/10 * * * * *', ' 0  9 * * 1-5 '])('%s is fine', (cron) =>
    expect(cronProblem(cron)).toBeUndefined(),
  )
})
