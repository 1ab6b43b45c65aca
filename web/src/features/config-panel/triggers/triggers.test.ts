import { describeNodeTypes } from '@millrace/nodes'
import { describe, expect, it } from 'vitest'
import { exampleInput } from './example-input.js'
import { nextTicks } from './ticks.js'

describe('nextTicks', () => {
  it('gives the ticks of the time zone', () => {
    const after = new Date('2026-03-28T12:00:00Z')
    expect(nextTicks({ cron: '30 2 * * *', timezone: 'Europe/Stockholm' }, after, 2)).toHaveLength(2)
    expect(nextTicks({ cron: '0 9 * * 1', timezone: 'UTC' }, after, 2)).toEqual([
      'Mon 30 Mar, 09:00:00 UTC',
      'Mon 6 Apr, 09:00:00 UTC',
    ])
  })

  it.each([
    { cron: 'every day', timezone: 'UTC' },
    { cron: '* * * *', timezone: 'UTC' },
    { cron: '0 9 * * *', timezone: 'Nowhere' },
    { cron: '99 9 * * *', timezone: 'UTC' },
  ])('knows none of $cron in $timezone', (schedule) =>
    expect(nextTicks(schedule, new Date(0), 5)).toBeUndefined(),
  )
})

it('makes test data of what a trigger gives', () => {
  const type = describeNodeTypes().find((each) => each.type === 'trigger.webhook')
  expect(exampleInput(type)).toBeTypeOf('object')
  expect(exampleInput(undefined)).toEqual({})
})
