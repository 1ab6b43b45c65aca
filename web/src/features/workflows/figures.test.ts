import { expect, test } from 'vitest'
import { barHeights, figuresOf } from './figures.js'

const run = (status: 'completed' | 'failed' | 'running', durationMs: number | null) => ({
  id: 'r',
  status,
  createdAt: '2026-11-01T00:00:00.000Z',
  durationMs,
})

test('figures count ended runs only', () => {
  const runs = [
    run('running', null),
    run('failed', 100),
    ...Array.from({ length: 18 }, () => run('completed', 10)),
  ]
  expect(figuresOf(runs)).toEqual({ failureRate: 1 / 19, p95Ms: 100 })
  expect(figuresOf([run('running', null)])).toEqual({ failureRate: null, p95Ms: null })
})

test('bars stand for the square root of the duration, and never vanish', () => {
  expect(
    barHeights([run('completed', 400), run('completed', 100), run('completed', 0), run('running', null)]),
  ).toEqual([1, 0.5, 0.2, 1])
})
