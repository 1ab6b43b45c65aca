import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { EventStream, type StreamOptions, type StreamState } from '../src/api/sse.js'

const TOTAL = 6
const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** A server that counts to six, going on after `last-event-id`, and misbehaves as each connection is told to. */
async function serve(
  behaviours: ((response: ServerResponse, send: (id: number) => void, after: number) => void)[],
) {
  const seen: (string | undefined)[] = []
  const server = createServer((request, response) => {
    const lastId = request.headers['last-event-id']
    seen.push(lastId?.toString())
    const send = (id: number) => response.write(`id: ${id}\nevent: tick\ndata: ${id}\n\n`)
    const behave = behaviours[seen.length - 1] ?? sendAll
    behave(response, send, Number(lastId ?? 0))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

const sendAll = (response: ServerResponse, send: (id: number) => void, after: number) => {
  for (let id = after + 1; id <= TOTAL; id++) send(id)
  response.end()
}

async function follow(url: string, silenceMs?: number, extra: Partial<StreamOptions> = {}) {
  const got: number[] = []
  const states: StreamState['kind'][] = []
  const stream: EventStream = new EventStream({
    open: async (lastId, signal) => {
      const response = await fetch(url, {
        signal,
        headers: lastId === undefined ? {} : { 'last-event-id': lastId },
      })
      if (!response.ok) throw new Error(String(response.status))
      return response
    },
    lastId: () => got.at(-1)?.toString(),
    onMessages: (messages) =>
      got.push(...messages.map(({ data }) => Number(data)).filter((id) => !got.includes(id))),
    onState: ({ kind }) => states.push(kind),
    isComplete: async () => got.includes(TOTAL),
    isFinal: (error) => error instanceof Error && error.message === '403',
    now: () => 1,
    random: () => 0,
    signal: AbortSignal.timeout(20_000),
    ...(silenceMs === undefined ? {} : { silenceMs }),
    ...extra,
  })
  await stream.run()
  return { got, states }
}

test('follows to the end', async () => {
  const { url, seen } = await serve([])
  expect(await follow(url)).toEqual({ got: [1, 2, 3, 4, 5, 6], states: ['connecting', 'live', 'ended'] })
  expect(seen).toEqual([undefined])
})

test('a killed stream, a failing server and an early end lose nothing', async () => {
  const { url, seen } = await serve([
    (response, send) => {
      send(1)
      send(2)
      setTimeout(() => response.destroy(), 50)
    },
    (response) => response.writeHead(503).end(),
    (response, send) => {
      send(3)
      response.end()
    },
  ])
  const { got, states } = await follow(url)
  expect([got, seen]).toEqual([
    [1, 2, 3, 4, 5, 6],
    [undefined, '2', '2', '3'],
  ])
  expect(states.filter((kind) => kind === 'reconnecting')).toHaveLength(3)
  expect(states.at(-1)).toBe('ended')
})

test('a connection that has gone silent counts as broken', async () => {
  const { url, seen } = await serve([(_response, send) => send(1), () => {}])
  expect((await follow(url, 300)).got).toEqual([1, 2, 3, 4, 5, 6])
  expect(seen).toEqual([undefined, '1', '1'])
})

test('what trying again does not mend ends it', async () => {
  const { url } = await serve([(response) => response.writeHead(403).end()])
  expect((await follow(url)).states).toEqual(['connecting', 'refused'])
})

test('a page that nobody looks at gives its connection up, and goes on where it stands', async () => {
  let hidden = false
  let look = () => {}
  const { url, seen } = await serve([
    (_response, send) => {
      send(1)
      hidden = true
      look()
    },
  ])
  const visibility = {
    isHidden: () => hidden,
    onChange: (listener: () => void) => {
      look = listener
      return () => {}
    },
  }
  const comeBack = (kind: StreamState['kind']) => {
    if (kind !== 'paused') return
    expect(seen).toEqual([undefined])
    hidden = false
    look()
  }
  const states: StreamState['kind'][] = []
  const onState = ({ kind }: StreamState) => {
    states.push(kind)
    setTimeout(() => comeBack(kind))
  }
  const { got } = await follow(url, undefined, { visibility, pauseAfterMs: 50, onState })
  expect(got).toEqual([1, 2, 3, 4, 5, 6])
  expect([states, seen]).toEqual([
    ['connecting', 'live', 'paused', 'live', 'ended'],
    [undefined, '1'],
  ])
})
