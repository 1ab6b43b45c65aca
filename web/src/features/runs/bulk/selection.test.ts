import type { RunStatus, RunSummary } from '@millrace/contracts'
import { expect, test } from 'vitest'
import { actionsFor, canSelectMatching, toBulkFilter } from './selection.js'

// Only the status is looked at.
const rows = (...statuses: RunStatus[]) => statuses.map((status) => ({ status }) as RunSummary)

test.each([
  [['completed'], []],
  [['failed'], ['retry']],
  [
    ['running', 'completed'],
    ['cancel', 'pause'],
  ],
  [['paused'], ['cancel', 'resume']],
  [
    ['cancelled', 'pending'],
    ['retry', 'cancel', 'pause'],
  ],
] as const)('on %j one can do %j', (statuses, actions) => {
  expect(actionsFor(rows(...statuses))).toEqual(actions)
})

test('a selection names its runs, or the conditions they meet', () => {
  const now = Date.parse('2026-11-21T12:00:00.000Z')
  expect(toBulkFilter({ kind: 'ticked', ids: new Set(['a', 'b']) }, now)).toEqual({ runIds: ['a', 'b'] })
  expect(toBulkFilter({ kind: 'matching', search: { status: 'failed', since: '1h' } }, now)).toEqual({
    status: 'failed',
    createdFrom: '2026-11-21T11:00:00.000Z',
  })
  expect(canSelectMatching({})).toBe(false)
})
