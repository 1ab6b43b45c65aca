import { expect, test } from 'vitest'
import { hasFilter, parseRunSearch, toRunFilter } from './run-search.js'

test('keeps what it can read of a link and leaves out the rest', () => {
  expect(
    parseRunSearch({
      status: 'failed',
      workflow: 'orders',
      version: '3',
      since: '24h',
      longer: 'for ever',
      from: 'yesterday',
      error: '',
      other: 1,
    }),
  ).toEqual({ status: 'failed', workflow: 'orders', version: 3, since: '24h' })
  expect(hasFilter(parseRunSearch({ status: 'odd', version: 0 }))).toBe(false)
})

test('a workflow that is named by digits stays a name', () => {
  expect(parseRunSearch({ workflow: 42 })).toEqual({ workflow: '42' })
})

test('turns relative times into instants', () => {
  const now = Date.parse('2026-11-21T12:00:00.000Z')
  expect(toRunFilter({ since: '1h', to: '2026-01-01T00:00:00.000Z', longer: '1m', error: 'x' }, now)).toEqual(
    {
      createdFrom: '2026-11-21T11:00:00.000Z',
      minDurationMs: 60_000,
      error: 'x',
    },
  )
  expect(toRunFilter({ from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z' }, now)).toEqual({
    createdFrom: '2026-01-01T00:00:00.000Z',
    createdTo: '2026-01-02T00:00:00.000Z',
  })
})
