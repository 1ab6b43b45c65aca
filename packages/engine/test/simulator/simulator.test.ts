import { expect, test } from 'vitest'
import { RUN_TRANSITIONS, STEP_TRANSITIONS } from '../../src/index.js'
import { simulate } from './simulate.js'

/**
 * Random graphs of up to nine nodes, such as
 *
 *            ┌▶ n1 ──────┐
 *   start ──┤            ├▶ n3 (any) ─error▶ n4
 *            └▶ n2 (all) ┘
 *
 * each driven to its end through errors, waits, pauses, echoes and crashes. A seed that fails is its own repro.
 */
const INTERLEAVINGS = 20_000

test('the same seed plays the same run', () => {
  for (let seed = 1; seed <= 50; seed++) expect(simulate(seed)).toEqual(simulate(seed))
  expect(simulate(1)).not.toEqual(simulate(2))
})

test(`${INTERLEAVINGS} interleavings keep I1, I2, I4 and I7, and go through every transition`, () => {
  const seen = new Set<string>()
  for (let seed = 1; seed <= INTERLEAVINGS; seed++) simulate(seed, seen)
  expect([...seen].sort()).toEqual(
    [...transitions('run', RUN_TRANSITIONS), ...transitions('step', STEP_TRANSITIONS)].sort(),
  )
}, 120_000)

const transitions = (
  what: string,
  table: Record<string, Partial<Record<string, readonly string[]>>>,
): string[] =>
  Object.entries(table).flatMap(([from, events]) =>
    Object.entries(events).flatMap(([event, next]) =>
      (OF_CONTAINERS.has(`${from} ${event}`) ? [] : (next ?? [])).map(
        (to) => `${what} ${from} ${event} ${to}`,
      ),
    ),
  )

/** Played by the tests of containers. */
const OF_CONTAINERS = new Set(['waiting step_waiting', 'waiting step_progressed'])
