import { expect, test } from 'vitest'
import { findJsonBreak } from '../src/json/json-break.js'

test.each(['{}', '[]', ' {"a": [1, -2.5e3, "x\\u00e9\\n", true, null], "b": {"c": ""}} ', '"text"', '0'])(
  '%s is JSON to its end',
  (text) => {
    expect(() => JSON.parse(text)).not.toThrow()
    expect(findJsonBreak(text)).toBe(text.length)
  },
)

test.each([
  ['{"a": 01}', 6],
  ['{"a": tru}', 6],
  ['["a\nb"]', 1],
  ['{"a": 1,}', 8],
  ['[1 2]', 3],
  ['{} x', 3],
  ['{"a"', 4],
  ['', 0],
])('%j breaks at %i', (text, offset) => {
  expect(() => JSON.parse(text)).toThrow()
  expect(findJsonBreak(text)).toBe(offset)
})
