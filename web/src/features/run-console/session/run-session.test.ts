import type { RunEvent } from '@millrace/contracts'
import { foldEvents } from '@millrace/engine'
import { afterEach, expect, test } from 'vitest'
import { graphOf, ORIGIN } from '../testing/graphs.js'
import { plainState } from '../testing/plain-state.js'
import { numbers, Play } from '../testing/play.js'
import { RunSession } from './run-session.js'

// start ─▶ a ─▶ b ─▶ c
const graph = graphOf(['start>a', 'a>b', 'b>c'])
const { events } = new Play(graph).claim().log('a', 'one').complete('a').complete('b').complete('c')

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

const message = (event: RunEvent) =>
  `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`

/** Says its text and then nothing, until it is aborted. */
const openStream = (text: string, signal: AbortSignal) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text))
      signal.addEventListener('abort', () => controller.error(signal.reason))
    },
  })

/** A session whose connections get what `answer` says; connection `hold` stays open after it. */
function begin(answer: (after: number, connection: number) => readonly (RunEvent | string)[], hold = 0) {
  const asked: number[] = []
  const session = new RunSession({
    run: {
      id: 'run',
      workflowId: 'workflow',
      workflowName: 'test',
      version: 1,
      status: 'pending',
      trigger: ORIGIN.trigger,
      priority: 'normal',
      createdAt: '2026-01-01T00:00:00.000Z',
      startedAt: null,
      finishedAt: null,
      lastSeq: 0,
      error: null,
      input: ORIGIN.input,
      output: null,
      idempotencyKey: null,
      parentRunId: null,
      originRunId: null,
    },
    definition: graph.definition,
    nodeTypes: [],
    openEvents: async (lastId, signal) => {
      asked.push(Number(lastId ?? 0))
      const parts = answer(Number(lastId ?? 0), asked.length)
      const text = parts.map((part) => (typeof part === 'string' ? part : message(part))).join('')
      return new Response(asked.length === hold ? openStream(text, signal) : text)
    },
    isFinal: () => false,
    requestFrame: (callback) => {
      const timer = setTimeout(callback, 1)
      return () => clearTimeout(timer)
    },
    now: () => 1,
    random: () => 0,
  })
  const ended = new Promise<void>((resolve) => {
    session.subscribe(() => {
      if (session.getSnapshot().stream.kind === 'ended') resolve()
    })
  })
  stops.push(session.start())
  return { session, ended, asked }
}

const fresh = plainState(foldEvents(graph, ORIGIN, events))

test('replays and ends with the run', async () => {
  const { session, ended, asked } = begin(() => events)
  await ended
  expect(plainState(session.document.state)).toEqual(fresh)
  expect([asked, session.log.lines.length, session.timeline.lanes.length]).toEqual([[0], 1, 4])
})

test('killed, repeated, reordered and thinned out, it ends equal to a fresh load', async () => {
  const next = numbers(5)
  const { session, ended } = begin((after, connection) => {
    const rest = events.filter(({ seq }) => seq > after - 2)
    if (connection > 6) return rest
    const kept = rest.filter(() => next(3) > 0)
    return [...kept, ...kept.filter(() => next(2) === 0)].sort(() => next(3) - 1).slice(0, 5)
  })
  await ended
  expect(plainState(session.document.state)).toEqual(fresh)
  expect(session.document.events).toEqual(events)
})

test('a gap on a connection that stays open is read again', async () => {
  const { session, ended, asked } = begin(
    (after, connection) =>
      connection === 1 ? [events[0]!, events[2]!] : events.filter(({ seq }) => seq > after),
    1,
  )
  await ended
  expect([asked, session.document.events]).toEqual([[0, 1], events])
})

test('an event that cannot be read stops the screen and says so', async () => {
  const { session, ended } = begin(() => [
    events[0]!,
    'id: 2\nevent: run_exploded\ndata: {"type":"run_exploded"}\n\n',
  ])
  await ended
  expect(session.getSnapshot().fault).toBeInstanceOf(Error)
})
