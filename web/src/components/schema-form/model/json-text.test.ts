import { expect, test } from 'vitest'
import { readJsonText } from './json-text.js'

test('text that is no JSON, and JSON that holds what no run may hold, are told apart', () => {
  expect(readJsonText('{"a":')).toMatchObject({ ok: false, message: expect.stringContaining('Not JSON yet') })
  expect(readJsonText('{"a":1e309}')).toEqual({ ok: false, message: 'The number 1e309 at /a is too large' })
  expect(readJsonText(' ')).toEqual({ ok: true, value: undefined })
  expect(readJsonText('9007199254740993')).toEqual({ ok: true, value: 9007199254740993n })
})
