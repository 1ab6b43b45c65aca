import { foldEvents } from '@millrace/engine'
import { expect, test } from 'vitest'
import { ORIGIN, wideGraph } from '../testing/graphs.js'
import { plainState } from '../testing/plain-state.js'
import { numbers, playToEnd } from '../testing/play.js'
import { Moments } from './moments.js'
import { RunDocument } from './run-document.js'

const graph = wideGraph(12, 12)
const { events } = playToEnd(graph, 20)
const document = new RunDocument(graph, ORIGIN)
document.receive(events)

test('any moment is the fold of the events up to it, in whatever order moments are visited', () => {
  const moments = new Moments(document)
  const next = numbers(1)
  const visits = [events.length, 0, 1, ...Array.from({ length: 40 }, () => next(events.length + 1))]
  for (const seq of visits) {
    const fold = foldEvents(graph, ORIGIN, events.slice(0, seq))
    expect(plainState(moments.at(seq))).toEqual(plainState(fold))
  }
})

test('beyond the last event it is the last; below the first it is the run before it began', () => {
  const moments = new Moments(document)
  expect(moments.at(1e9).status).toBe('completed')
  expect(moments.at(-1)).toMatchObject({ status: 'pending', lastSeq: 0 })
})

test('a moment is reached from the nearest one on the way, not from the beginning', () => {
  const reads: number[] = []
  const counted = new Proxy(events, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) reads.push(Number(key))
      return Reflect.get(target, key)
    },
  })
  const moments = new Moments({ graph, origin: ORIGIN, events: counted })
  moments.at(events.length)
  for (const seq of [events.length - 1, 2_400, 2_000, 1_300]) {
    reads.length = 0
    moments.at(seq)
    expect(reads.length).toBeLessThan(events.length / 8)
  }
})
