import { expect, test } from 'vitest'
import { sayRunsUnderWay } from './runs-under-way.js'

const of = (count: number, exact = true) => sayRunsUnderWay({ data: { count, exact }, isError: false })

test('who archives a workflow reads how many runs go on', () => {
  expect(of(0)).toBe('No run is under way.')
  expect(of(1)).toBe('1 run is under way and goes on to its end.')
  expect(of(1_200)).toBe('1,200 runs are under way and go on to their end.')
  expect(of(10_000, false)).toBe('More than 10,000 runs are under way and go on to their end.')
})

test('a count that is not there is not taken for none', () => {
  expect(sayRunsUnderWay({ isError: false })).toBe('Counting the runs that are under way …')
  expect(sayRunsUnderWay({ isError: true })).toBe('Runs that are under way go on to their end.')
})
