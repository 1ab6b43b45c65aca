import { foldEvents } from '@millrace/engine'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { graphOf, ORIGIN } from '../testing/graphs.js'
import { plainState } from '../testing/plain-state.js'
import { numbers, Play, playAtRandom } from '../testing/play.js'
import { RunDocument } from './run-document.js'

//            ┌▶ b ─▶ d
//  start ▶ a ┤
//            └▶ c ─error▶ e
const graph = graphOf(['start>a', 'a>b', 'a>c', 'b>d', 'c.error>e'], {
  b: { retry: { maxAttempts: 3 } },
  c: { onError: 'route' },
})
const plain = (document: Pick<RunDocument, 'state'>) => plainState(document.state)
const fresh = (events: Play['events']) => plainState(foldEvents(graph, ORIGIN, events))

describe('RunDocument', () => {
  test('what repeats and comes out of order ends equal to a fresh load (I4)', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (seed, disorder) => {
        const { events } = playAtRandom(graph, seed)
        const document = new RunDocument(graph, ORIGIN)
        const next = numbers(disorder)
        const arriving = [...events, ...events.filter(() => next(3) === 0)]
        arriving.sort(() => next(3) - 1)
        while (arriving.length > 0) document.receive(arriving.splice(0, 1 + next(4)))
        expect(document.hasGap).toBe(false)
        expect(document.events).toEqual(events)
        expect(plain(document)).toEqual(fresh(events))
      }),
      { numRuns: 300 },
    )
  })

  test('what stays away holds back what follows, until it is read again', () => {
    const { events } = new Play(graph).claim().complete('a').log('b', 'hello')
    const document = new RunDocument(graph, ORIGIN)
    expect(document.receive(events.filter(({ seq }) => seq !== 3))).toBe(2)
    expect([document.lastSeq, document.hasGap, document.isComplete]).toEqual([2, true, false])
    expect(plain(document)).toEqual(fresh(events.slice(0, 2)))
    expect(document.receive(events.slice(document.lastSeq))).toBe(events.length - 2)
    expect([document.hasGap, plain(document)]).toEqual([false, fresh(events)])
  })

  test('nothing follows the end', () => {
    const { events } = new Play(graph).claim().send({ kind: 'cancel_requested' })
    const document = new RunDocument(graph, ORIGIN)
    document.receive(events)
    expect([document.isComplete, document.state.status]).toEqual([true, 'cancelled'])
  })

  test('observers see each event once, with the state right after it', () => {
    const { events } = playAtRandom(graph, 7)
    const seen: number[] = []
    const document = new RunDocument(graph, ORIGIN, [
      { observe: (event, state) => seen.push(event.seq, state.lastSeq) },
    ])
    document.receive([...events.slice(1), ...events])
    expect(seen).toEqual(events.flatMap(({ seq }) => [seq, seq]))
  })
})
