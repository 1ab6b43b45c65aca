import { expect, test } from 'vitest'
import { followsAfter } from './follow.js'

const at = (scrollTop: number, scrollHeight = 1_000) => ({ scrollTop, scrollHeight, clientHeight: 200 })

test('a log follows its end until its reader scrolls up, and again from the end on', () => {
  expect(followsAfter(true, at(800), at(760))).toBe(false)
  expect(followsAfter(false, at(760), at(770))).toBe(false)
  expect(followsAfter(false, at(770), at(790))).toBe(true)
})

test('lines that come faster than they are drawn do not end it, nor does a list that becomes shorter', () => {
  expect(followsAfter(true, at(800), at(800, 9_000))).toBe(true)
  expect(followsAfter(true, at(800, 9_000), at(1_500, 9_500))).toBe(true)
  expect(followsAfter(true, at(800), at(100, 300))).toBe(true)
})

test('scrolling up ends it also while lines come', () => {
  expect(followsAfter(true, at(800), at(790, 9_000))).toBe(false)
})
