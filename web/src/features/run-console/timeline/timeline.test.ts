import { expect, test } from 'vitest'
import { RunDocument } from '../document/run-document.js'
import { graphOf, ORIGIN } from '../testing/graphs.js'
import { Play } from '../testing/play.js'
import { segmentAt, Timeline } from './timeline.js'

const timelineOf = (run: Play) => {
  const timeline = new Timeline()
  new RunDocument(run.graph, ORIGIN, [timeline]).receive(run.events)
  const short = (path: string) =>
    timeline
      .lane(path)
      ?.segments.map(({ kind, attempt, from, to }) => `${kind}#${attempt} ${from}–${to ?? ''}`)
  return { timeline, short }
}

// start ─▶ a ─▶ b
test('runs, waits and retries follow each other without holes', () => {
  const graph = graphOf(['start>a', 'a>b'], { a: { retry: { jitter: 'none', delayMs: 100 } } })
  const run = new Play(graph).claim().fail('a').send({ kind: 'retry_due', path: 'a', attempt: 1 })
  run.wait('a', { kind: 'event', name: 'paid' }).complete('a')
  const { short } = timelineOf(run)
  expect(short('a')).toEqual(['run#1 1000–1010', 'retry#1 1010–1020', 'run#2 1020–1030', 'wait#2 1030–1040'])
  expect(short('b')).toEqual(['run#1 1040–'])
})

//          ┌▶ a ─▶ c
//  start ──┤
//          └▶ b         one at a time
test('a step that is ready but finds no place queues', () => {
  const graph = graphOf(['start>a', 'start>b', 'a>c'], {}, { maxParallelSteps: 1 })
  const { short } = timelineOf(new Play(graph).claim().complete('a').complete('b').complete('c'))
  expect(short('b')).toEqual(['queue#1 1000–1010', 'run#1 1010–1020'])
  expect(short('c')).toEqual(['queue#1 1010–1020', 'run#1 1020–1030'])
})

test('the end of the run ends what is still open', () => {
  const run = new Play(graphOf(['start>a'])).claim().send({ kind: 'cancel_requested' })
  expect(timelineOf(run).short('a')).toEqual(['run#1 1000–1010'])
})

test('a moment knows nothing of what came after it', () => {
  const run = new Play(graphOf(['start>a'])).claim().complete('a')
  const [segment] = timelineOf(run).timeline.lane('a')?.segments ?? []
  const [started, ended] = [segment!.fromSeq, segment!.toSeq!]
  expect(segmentAt(segment!, started - 1)).toBeUndefined()
  expect(segmentAt(segment!, ended - 1)).toMatchObject({ to: null, toSeq: null })
  expect(segmentAt(segment!, ended)).toBe(segment)
})
