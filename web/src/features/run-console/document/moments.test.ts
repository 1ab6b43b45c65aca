import type { RunEvent } from '@millrace/contracts'
import { foldEvents, type RunState } from '@millrace/engine'
import { expect, test } from 'vitest'
import { ORIGIN, wideGraph } from '../testing/graphs.js'
import { plainState } from '../testing/plain-state.js'
import { numbers, playToEnd } from '../testing/play.js'
import { Moments } from './moments.js'
import { RunDocument } from './run-document.js'

const graph = wideGraph(12, 12)
const { events } = playToEnd(graph, 20)

/** Those of a document that has taken in all events. */
const momentsOf = (): Moments => {
  const moments = new Moments(graph, ORIGIN)
  new RunDocument(graph, ORIGIN, [moments]).receive(events)
  return moments
}

test('any moment is the fold of the events up to it, in whatever order moments are visited', () => {
  const moments = momentsOf()
  const next = numbers(1)
  const visits = [events.length, 0, 1, ...Array.from({ length: 40 }, () => next(events.length + 1))]
  for (const seq of visits) {
    const fold = foldEvents(graph, ORIGIN, events.slice(0, seq))
    expect(plainState(moments.at(seq, events))).toEqual(plainState(fold))
  }
})

test('beyond the last event it is the last; below the first it is the run before it began', () => {
  const moments = momentsOf()
  expect(moments.at(1e9, events).status).toBe('completed')
  expect(moments.at(-1, events)).toMatchObject({ status: 'pending', lastSeq: 0 })
})

test('a moment is reached from the nearest one on the way, not from the beginning', () => {
  const reads: number[] = []
  const counted = new Proxy(events, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) reads.push(Number(key))
      return Reflect.get(target, key)
    },
  })
  const moments = momentsOf()
  for (const seq of [events.length, events.length - 1, 2_400, 2_000, 1_300]) {
    reads.length = 0
    moments.at(seq, counted)
    expect(reads.length).toBeLessThan(events.length / 8)
  }
})

test('copies are no closer to each other than the run has steps', () => {
  const large = wideGraph(500, 2)
  const { events: long } = playToEnd(large, 0)
  const moments = new Moments(large, ORIGIN)
  let copies = 0
  /** Spreading a state into a copy asks for its keys. */
  const counted = (state: RunState): RunState =>
    new Proxy(state, {
      ownKeys(target) {
        copies++
        return Reflect.ownKeys(target)
      },
    })
  const observe = (event: RunEvent, state: RunState) => moments.observe(event, counted(state))
  new RunDocument(large, ORIGIN, [{ observe }]).receive(long)
  expect(copies).toBeGreaterThan(0)
  expect(copies).toBeLessThanOrEqual(long.length / large.nodes.length)
})
