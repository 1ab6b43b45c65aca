import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Run, RunEvent } from '@millrace/contracts'
import { afterEach, describe, expect, it } from 'vitest'
import { ApiError, createClient } from '../src/index.js'

/**
 * Recorded streams over real sockets: the interleavings that a working runner shows too rarely, such as a
 * connection cut inside an event, an event sent twice, or a gap.
 */

const last = 6
const events: RunEvent[] = [
  { seq: 1, at: 0, type: 'run_started', trigger: 'hook' },
  ...[2, 3, 4, 5].map((seq) => ({
    seq,
    at: seq,
    type: 'step_log' as const,
    path: 'a',
    attempt: 1,
    level: 'info' as const,
    message: `message ${seq}`,
  })),
  { seq: last, at: 6, type: 'run_finished', status: 'completed' },
]
const frames = (from: number, to: number): string =>
  events
    .filter(({ seq }) => seq >= from && seq <= to)
    .map((event) => `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    .join('')

type Answer = (response: ServerResponse, request: IncomingMessage) => void

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** Each connection to the stream takes the next answer; what it asked for is kept. */
const serve = async (answers: Answer[]) => {
  const askedAfter: (string | undefined)[] = []
  const server = createServer((request, response) => {
    askedAfter.push(request.headers['last-event-id']?.toString())
    answers.shift()?.(response, request)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  )
  const { port } = server.address() as AddressInfo
  return { client: createClient({ baseUrl: `http://127.0.0.1:${port}`, token: 't' }), askedAfter }
}

const stream =
  (text: string, ending: 'end' | 'cut'): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`retry: 1\n\n${text}`, () => (ending === 'end' ? response.end() : response.destroy()))
  }

const problem =
  (status: number, code: string): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/problem+json' })
    response.end(JSON.stringify({ code, status, detail: 'because', hint: 'try', title: 't', type: 'urn:x' }))
  }

const collect = async (watching: AsyncIterable<RunEvent>): Promise<number[]> => {
  const seen: number[] = []
  for await (const { seq } of watching) seen.push(seq)
  return seen
}
const all = events.map(({ seq }) => seq)

describe('watching a run', () => {
  it('gives each event once, in order, across cuts inside an event, and asks on from the last', async () => {
    const { client, askedAfter } = await serve([
      stream(frames(1, 3).slice(0, -10), 'cut'),
      stream(frames(3, 4), 'end'),
      stream(frames(1, last), 'end'),
    ])
    expect(await collect(client.runs.watch('r'))).toEqual(all)
    expect(askedAfter).toEqual(['0', '2', '4'])
  })

  it('skips what was sent twice and reads a gap again', async () => {
    const { client, askedAfter } = await serve([
      stream(frames(1, 2) + frames(2, 2) + frames(4, last), 'cut'),
      stream(frames(3, last), 'end'),
    ])
    expect(await collect(client.runs.watch('r'))).toEqual(all)
    expect(askedAfter).toEqual(['0', '2'])
  })

  it('starts after a seq', async () => {
    const { client, askedAfter } = await serve([stream(frames(5, last), 'end')])
    expect(await collect(client.runs.watch('r', { after: 4 }))).toEqual([5, last])
    expect(askedAfter).toEqual(['4'])
  })

  it('comes back after an outage', async () => {
    const { client } = await serve([
      stream('', 'cut'),
      problem(503, 'UNAVAILABLE'),
      stream(frames(1, last), 'end'),
    ])
    const waits: number[] = []
    expect(await collect(client.runs.watch('r', { onReconnect: (ms) => waits.push(ms) }))).toEqual(all)
    expect(waits).toEqual([1, 2])
  })

  it('throws a refusal at once', async () => {
    const { client } = await serve([problem(404, 'NOT_FOUND')])
    const error = await collect(client.runs.watch('r')).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ code: 'NOT_FOUND', status: 404, message: 'because', hint: 'try' })
  })

  it('gives up after so many connections without an event', async () => {
    const down = problem(503, 'UNAVAILABLE')
    const { client } = await serve([stream('', 'cut'), down, down, down])
    await expect(collect(client.runs.watch('r', { maxFailures: 2 }))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
  })

  it('ends when the run had already ended where it starts', async () => {
    const run: Answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(finishedRun))
    }
    const { client } = await serve([stream('', 'end'), run])
    expect(await collect(client.runs.watch('r', { after: last }))).toEqual([])
  })

  it('ends quietly when aborted, and closes its connection', async () => {
    const { answer, closed } = openStream()
    const { client } = await serve([answer])
    const stop = new AbortController()
    const seen: number[] = []
    for await (const { seq } of client.runs.watch('r', { signal: stop.signal })) {
      seen.push(seq)
      if (seq === 2) stop.abort()
    }
    expect(seen).toEqual([1, 2])
    await closed
  })

  it('closes its connection when the viewer leaves', async () => {
    const { answer, closed } = openStream()
    const { client } = await serve([answer])
    for await (const _ of client.runs.watch('r')) break
    await closed
  })
})

/** Two events, then silence; `closed` resolves once the other side has gone. */
const openStream = (): { answer: Answer; closed: Promise<void> } => {
  let gone = () => {}
  const closed = new Promise<void>((resolve) => {
    gone = resolve
  })
  const answer: Answer = (response) => {
    response.once('close', gone)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(frames(1, 2))
  }
  return { answer, closed }
}

const at = '2026-10-21T07:28:00.000Z'
const finishedRun: Run = {
  id: 'r',
  workflowId: 'w',
  workflowName: 'orders',
  version: 1,
  status: 'completed',
  trigger: 'hook',
  priority: 'normal',
  createdAt: at,
  startedAt: at,
  finishedAt: at,
  lastSeq: last,
  error: null,
  input: null,
  output: null,
  idempotencyKey: null,
  parentRunId: null,
  originRunId: null,
}
