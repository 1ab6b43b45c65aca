import { expect, test } from 'vitest'
import { parseConsoleSearch, parseSignInSearch } from './search-params.js'

test.each([
  ['/runs?status=failed', '/runs?status=failed'],
  ['//elsewhere.example', undefined],
  ['/\\elsewhere.example', undefined],
  ['https://elsewhere.example', undefined],
  [7, undefined],
])('a sign-in leads on to %s only inside the app', (next, expected) => {
  expect(parseSignInSearch({ next }).next).toBe(expected)
})

test('what a link says wrongly is left out, the rest stands', () => {
  expect(parseConsoleSearch({ view: 'log', at: '12', line: -1, step: '' })).toEqual({ view: 'log', at: 12 })
  expect(parseConsoleSearch({ view: 'nonsense' })).toEqual({})
})
