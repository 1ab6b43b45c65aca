import type { FormerOwner } from '@millrace/run-store'
import { afterEach, expect, it, vi } from 'vitest'
import { TakeOverLog } from '../src/take-over-log.js'

afterEach(() => vi.useRealTimers())

const lost: FormerOwner = { workerId: 'a', how: 'lost' }
const stopped: FormerOwner = { workerId: 'b', how: 'stopped' }

it('tells a wave of take-overs in one line for each former owner', () => {
  vi.useFakeTimers()
  const lines: string[] = []
  const log = new TakeOverLog({ info: (_, line) => lines.push(line) })
  for (const leftBy of [lost, stopped, lost, undefined, lost]) log.claimed({ leftBy })
  expect(lines).toEqual([])
  vi.advanceTimersByTime(1_000)
  const expected = [
    'took over 3 runs from worker a: its lease ran out',
    'took over 1 run from worker b: it has stopped',
  ]
  expect(lines).toEqual(expected)
  log.claimed({ leftBy: lost })
  log.tell()
  vi.advanceTimersByTime(5_000)
  expect(lines).toEqual([...expected, 'took over 1 run from worker a: its lease ran out'])
})
