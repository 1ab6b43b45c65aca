import { expect, test } from 'vitest'
import { changeLocation } from './location.js'

test('a change keeps what it does not name, and takes out what it names without a value', () => {
  const location = { view: 'log', step: 'a', line: 7 } as const
  expect(changeLocation(location, { at: 0 })).toEqual({ ...location, at: 0 })
  expect(changeLocation(location, { step: undefined, line: 9 })).toEqual({ view: 'log', line: 9 })
  expect('step' in changeLocation(location, { step: undefined })).toBe(false)
})
