import { expect, test } from 'vitest'
import { sharedStreamsOver } from './client.js'
import { StreamHub } from './hub.js'
import type { FromWorker, Topic } from './protocol.js'

interface Request {
  readonly url: string
  readonly lastId: string | null
  send(text: string): void
  end(): void
  readonly aborted: () => boolean
}

/** A server that does what the test says, and a hub with as many pages as it wants. */
const setUp = (answer: (url: string) => Response | undefined = () => undefined) => {
  const requests: Request[] = []
  const wake: (() => void)[] = []
  const gone = new Map<string, () => void>()
  const serve: typeof fetch = async (input, init) => {
    const url = String(input)
    const refusal = answer(url)
    if (refusal !== undefined) return refusal
    const encoder = new TextEncoder()
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        init?.signal?.addEventListener('abort', () => controller.error(new Error('aborted')))
        requests.push({
          url,
          lastId: new Headers(init?.headers).get('last-event-id'),
          send: (text) => controller.enqueue(encoder.encode(text)),
          end: () => controller.close(),
          aborted: () => init?.signal?.aborted === true,
        })
        for (const each of wake.splice(0)) each()
      },
    })
    return new Response(body)
  }
  const hub = new StreamHub({
    fetch: serve,
    gatherMs: 5,
    untilGone: (lock) => new Promise((resolve) => gone.set(lock, resolve)),
  })
  const page = (lock = 'page') => {
    const port: Parameters<typeof sharedStreamsOver>[0] = { postMessage: () => {}, onmessage: null }
    const receive = hub.connect({
      postMessage: (message: FromWorker) => port.onmessage?.(new MessageEvent('message', { data: message })),
    })
    port.postMessage = receive
    const streams = sharedStreamsOver(port)
    receive({ kind: 'alive', lock })
    return (topic: Topic, signal = new AbortController().signal, who = 'ada') =>
      streams.open(who, 't', topic, signal)
  }
  const asked = async (count: number) => {
    while (requests.length < count) await new Promise<void>((resolve) => wake.push(resolve))
    return requests[count - 1] as Request
  }
  return { page, asked, requests, gone }
}

const run = (runId: string, after = 0): Topic => ({ kind: 'run', runId, after })
const own = (seq: number) => `id: ${seq}\nevent: tick\ndata: {"seq":${seq}}\n\n`
const among = (runId: string, seq: number) =>
  `event: event\ndata: {"runId":"${runId}","event":{"seq":${seq}}}\n\n`

/** The next seqs of a response. */
const reader = (response: Response) => {
  const source = response.body?.getReader()
  let text = ''
  return async (count: number): Promise<number[]> => {
    const found = () => [...text.matchAll(/"seq":(\d+)/g)].map(([, seq]) => Number(seq))
    while (found().length < count) {
      const { done, value } = (await source?.read()) ?? { done: true, value: undefined }
      if (done) break
      text += new TextDecoder().decode(value)
    }
    const seqs = found()
    text = ''
    return seqs
  }
}

test('seven tabs of one run share its stream, and each gets every event', async () => {
  const { page, asked, requests } = setUp()
  const opening = Array.from({ length: 7 }, (_, tab) => page(`tab ${tab}`)(run('r1')))
  const request = await asked(1)
  const tabs = (await Promise.all(opening)).map(reader)
  expect([request.url, request.lastId]).toEqual(['/api/v1/runs/r1/events', null])
  request.send(own(1) + own(2))
  expect(await Promise.all(tabs.map((next) => next(2)))).toEqual(Array(7).fill([1, 2]))
  expect(requests).toHaveLength(1)
})

test('tabs of several runs share one stream, which goes on after what each of them has', async () => {
  const { page, asked } = setUp()
  const opening = page('a')(run('r1', 4))
  const first = await asked(1)
  expect(first.lastId).toBe('4')
  const a = reader(await opening)
  first.send(own(5))
  expect(await a(1)).toEqual([5])
  const second = page('b')(run('r2'))
  const both = await asked(2)
  const b = reader(await second)
  expect([first.aborted(), both.url]).toEqual([true, '/api/v1/stream?changes=false&runs=r1%3A5%2Cr2%3A0'])
  both.send(among('r2', 1) + among('r1', 6) + among('r2', 2))
  expect([await a(1), await b(2)]).toEqual([[6], [1, 2]])
})

test('pages of another person never share a stream', async () => {
  const { page, asked, requests } = setUp()
  const opening = [page('a')(run('r1'), undefined, 'ada'), page('b')(run('r1'), undefined, 'bob')]
  await asked(2)
  await Promise.all(opening)
  expect(requests.map(({ url }) => url)).toEqual(Array(2).fill('/api/v1/runs/r1/events'))
})

test('a connection goes when the last page that follows it closes, or is gone', async () => {
  const { page, asked, gone } = setUp()
  const leaving = new AbortController()
  const opening = [page('a')(run('r1'), leaving.signal), page('b')(run('r1'))]
  const request = await asked(1)
  await Promise.all(opening)
  leaving.abort()
  expect(request.aborted()).toBe(false)
  gone.get('b')?.()
  await new Promise((resolve) => setTimeout(resolve))
  expect(request.aborted()).toBe(true)
})

test('a refusal that names a run is that run’s alone', async () => {
  const problem = { code: 'NOT_FOUND', status: 404, detail: 'no', hint: '', runId: 'r2' }
  const { page, asked } = setUp((url) =>
    url.includes('r2') ? Response.json(problem, { status: 404 }) : undefined,
  )
  const opening = [page('a')(run('r1')), page('b')(run('r2'))]
  const request = await asked(1)
  const [good, refused] = await Promise.all(opening)
  expect([request.url, good?.status, refused?.status]).toEqual(['/api/v1/runs/r1/events', 200, 404])
  expect(await refused?.json()).toEqual(problem)
})

test('a stream that ends or breaks does so for every page, which comes back by itself', async () => {
  const { page, asked } = setUp()
  const opening = page('a')(run('r1'))
  const request = await asked(1)
  const next = reader(await opening)
  request.send(own(1))
  request.end()
  expect(await next(2)).toEqual([1])
  void page('a')(run('r1', 1))
  expect((await asked(2)).lastId).toBe('1')
})
