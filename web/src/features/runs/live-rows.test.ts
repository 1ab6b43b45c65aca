import type { RunSummary } from '@millrace/contracts'
import { expect, test } from 'vitest'
import { patchRows, replaceRows } from './live-rows.js'

const row = (id: string, status: RunSummary['status'], lastSeq: number): RunSummary => ({
  id,
  workflowId: 'w',
  workflowName: 'orders',
  version: 1,
  status,
  trigger: 'start',
  priority: 'normal',
  createdAt: '2026-11-21T12:00:00.000Z',
  startedAt: null,
  finishedAt: null,
  lastSeq,
  error: null,
})

const ROWS = [row('c', 'pending', 0), row('b', 'running', 4), row('a', 'completed', 9)]

test('rows change in place, and those that began or ended are to be read', () => {
  const { rows, stale, newer } = patchRows(ROWS, [
    { runId: 'b', status: 'running', lastSeq: 5 },
    { runId: 'b', status: 'completed', lastSeq: 7 },
    { runId: 'c', status: 'running', lastSeq: 1 },
  ])
  expect(rows.map(({ id, status, lastSeq }) => [id, status, lastSeq])).toEqual([
    ['c', 'running', 1],
    ['b', 'completed', 7],
    ['a', 'completed', 9],
  ])
  expect([stale, newer]).toEqual([['c', 'b'], []])
})

test('a repeated, late or out-of-order change undoes nothing', () => {
  const late = patchRows(ROWS, [
    { runId: 'a', status: 'running', lastSeq: 3 },
    { runId: 'b', status: 'running', lastSeq: 4 },
  ])
  expect(late.rows).toBe(ROWS)
  const mixed = patchRows(ROWS, [
    { runId: 'b', status: 'completed', lastSeq: 8 },
    { runId: 'b', status: 'running', lastSeq: 6 },
  ])
  expect(mixed.rows[1]).toMatchObject({ status: 'completed', lastSeq: 8 })
})

test('runs above the list are new, runs below it are another page', () => {
  const { newer } = patchRows(ROWS, [
    { runId: 'd', status: 'pending', lastSeq: 0 },
    { runId: '0', status: 'failed', lastSeq: 2 },
  ])
  expect(newer).toEqual(['d'])
})

test('what was read replaces the row unless the stream was faster', () => {
  const read = [
    { ...row('b', 'completed', 7), finishedAt: '2026-11-21T12:01:00.000Z' },
    row('a', 'running', 2),
  ]
  expect(replaceRows(ROWS, read)).toEqual([ROWS[0], read[0], ROWS[2]])
})
