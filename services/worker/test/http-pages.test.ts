import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Json } from '@millrace/contracts'
import { compileExpression } from '@millrace/expressions'
import { createHttpClient } from '@millrace/http-client'
import { type NodeContext, nodeLibrary, parseParams } from '@millrace/nodes'
import { describe, expect, it, onTestFinished } from 'vitest'

/** A server on loopback, and what it was asked. */
async function serve(answer: RequestListener) {
  const seen: IncomingMessage[] = []
  const server = createServer((request, response) => {
    seen.push(request)
    answer(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const { port } = server.address() as AddressInfo
  return { origin: `http://127.0.0.1:${port}`, port, seen, urls: () => seen.map(({ url }) => url) }
}

/** The node with the worker's real client and evaluator. */
async function fetchPages(params: Record<string, Json>, warned: string[] = []) {
  const http = createHttpClient({ allowPrivate: ['127.0.0.0/8'] })
  onTestFinished(() => http.close())
  const type = nodeLibrary.get('http.request')!
  const ctx = {
    http: ({ credential: _, ...call }) => http.request(call),
    evaluate: (source, extra) => compileExpression(source).evaluate({ steps: {}, ...extra }),
    credential: async () => ({ type: 'bearer', data: { token: 'token-1' } }),
    log: (_level, message) => warned.push(message),
    idempotencyKey: 'run-1:call',
  } as Partial<NodeContext> as NodeContext
  const result = await type.execute!(ctx, parseParams(type, params))
  if (!('output' in result)) throw new Error('no output')
  return result.output as { [name: string]: Json }
}

const queryOf = ({ url, headers }: IncomingMessage) =>
  new URL(url ?? '', `http://${headers.host}`).searchParams
const json = (body: unknown) => JSON.stringify(body)

describe('pages by a Link header', () => {
  it('are followed to the last, relative to where each came from, query and headers with them', async () => {
    const { origin, seen, urls } = await serve((request, response) => {
      const page = Number(queryOf(request).get('page') ?? 1)
      if (page < 3)
        response.setHeader('link', [
          '<https://elsewhere.test/a,b>; rel="prev"; title="a, <b>; rel=next"',
          `</list?page=${page + 1}>; title="n"; REL="last  Next"`,
        ])
      response.setHeader('content-type', 'application/json').end(json([page]))
    })
    const url = `${origin}/list`
    const output = await fetchPages({
      ...{ url, query: { q: 'a b' }, auth: { credential: 'c' }, pagination: { mode: 'link' } },
    })
    expect(output).toMatchObject({ status: 200, body: [[1], [2], [3]], pages: 3, complete: true })
    expect(urls()).toEqual(['/list?q=a+b', '/list?page=2', '/list?page=3'])
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(Array(3).fill('Bearer token-1'))
  })

  it('take no credential and no cookie to another origin, nor back again', async () => {
    const home = await serve((request, response) => {
      if (request.url === '/list') response.setHeader('link', `<${away.origin}/two>; rel=next`)
      response.setHeader('content-type', 'application/json').end('[]')
    })
    const away = await serve((_request, response) => {
      response.setHeader('link', `<${home.origin}/three>; rel=next`)
      response.setHeader('content-type', 'application/json').end('[]')
    })
    const headers = { cookie: 'a=1', 'x-own': '1' }
    const url = `${home.origin}/list`
    await fetchPages({ url, headers, auth: { credential: 'c' }, pagination: { mode: 'link' } })
    const sent = [home.seen[0], away.seen[0], home.seen[1]].map((request) => [
      ...[request?.url, request?.headers.authorization, request?.headers.cookie, request?.headers['x-own']],
    ])
    expect(sent).toEqual([
      ['/list', 'Bearer token-1', 'a=1', '1'],
      ['/two', undefined, undefined, '1'],
      ['/three', undefined, undefined, '1'],
    ])
    expect(home.seen[1]?.headers.host).toBe(`127.0.0.1:${home.port}`)
  })

  it('that lead to a page which came before, to a closed address or to no URL fail', async () => {
    let link = ''
    const { origin, seen } = await serve((_request, response) => response.setHeader('link', link).end('x'))
    const call = () => fetchPages({ url: `${origin}/`, pagination: { mode: 'link' } })
    link = '</a>; rel=next'
    await expect(call()).rejects.toMatchObject({
      code: 'NODE_FAILED',
      extras: { details: { retryable: false } },
    })
    expect(seen).toHaveLength(2)
    link = '<http://10.0.0.1/>; rel=next'
    await expect(call()).rejects.toMatchObject({ code: 'HTTP_BLOCKED' })
    link = '<http://[/?token=s3cret>; rel=next'
    await expect(call()).rejects.toMatchObject({
      code: 'HTTP_INVALID_URL',
      message: expect.not.stringContaining('s3cret'),
    })
  })

  it('end after `maxPages`, and say so', async () => {
    const { origin, seen } = await serve((_request, response) =>
      response.setHeader('link', `</${seen.length}>; rel=next`).end('x'),
    )
    const warned: string[] = []
    const output = await fetchPages({ url: origin, pagination: { mode: 'link', maxPages: 4 } }, warned)
    expect(output).toMatchObject({ body: ['x', 'x', 'x', 'x'], pages: 4, complete: false })
    expect([seen.length, warned]).toEqual([4, ['There are more than 4 pages: the rest is left']])
  })
})

describe('pages by a cursor', () => {
  const list = () =>
    serve((request, response) => {
      const at = Number(queryOf(request).get('after') ?? 0)
      const next = at < 4 ? { cursor: at + 2, url: `?after=${at + 2}` } : { cursor: null, url: '' }
      response.setHeader('content-type', 'application/json').end(json({ data: [at, at + 1], next }))
    })

  it('are asked for by its parameter, and their items joined', async () => {
    const { origin, urls } = await list()
    const pagination = {
      mode: 'cursor',
      next: 'item.body.next.cursor',
      param: 'after',
      items: 'item.body.data',
    }
    const output = await fetchPages({ url: `${origin}/l?k=1`, pagination })
    expect(output).toMatchObject({ body: [0, 1, 2, 3, 4, 5], pages: 3, complete: true })
    expect(urls()).toEqual(['/l?k=1', '/l?k=1&after=2', '/l?k=1&after=4'])
  })

  it('may be the URL of the next page', async () => {
    const { origin, urls } = await list()
    const pagination = { mode: 'cursor', next: '{{ item.body.next.url }}', items: 'item.body.data[0]' }
    expect(await fetchPages({ url: `${origin}/l?k=1`, pagination })).toMatchObject({ body: [0, 2, 4] })
    expect(urls()).toEqual(['/l?k=1', '/l?after=2', '/l?after=4'])
  })

  it.each([
    ['item.body', 'NODE_FAILED', 1],
    ['"same"', 'NODE_FAILED', 2],
  ])('fail for a cursor that is none or comes again: %s', async (next, code, calls) => {
    const { origin, seen } = await list()
    const pagination = { mode: 'cursor', next, param: 'c' }
    await expect(fetchPages({ url: origin, pagination })).rejects.toMatchObject({ code })
    expect(seen).toHaveLength(calls)
  })
})

describe('pages by number and by offset', () => {
  /** 25 items; at most ten a page, whatever is asked for. */
  const list = () =>
    serve((request, response) => {
      const query = queryOf(request)
      const size = Math.min(Number(query.get('limit') ?? query.get('per_page') ?? 10), 10)
      const from = Number(query.get('offset') ?? (Number(query.get('page') ?? 1) - 1) * size)
      const all = Array.from({ length: 25 }, (_, index) => index)
      const body = { total: '25', items: all.slice(from, from + size) }
      response.setHeader('content-type', 'application/json').end(json(body))
    })
  const everything = Array.from({ length: 25 }, (_, index) => index)

  it('go on to the first empty one', async () => {
    const { origin, urls } = await list()
    const pagination = { mode: 'page', items: 'item.body.items' }
    expect(await fetchPages({ url: origin, pagination })).toMatchObject({ body: everything, pages: 4 })
    expect(urls()).toEqual(['/?page=1', '/?page=2', '/?page=3', '/?page=4'])
  })

  it('go on by what came, though the server gives less than was asked for, and end at the total', async () => {
    const { origin, urls } = await list()
    const pagination = { mode: 'offset', size: 50, items: 'item.body.items', total: 'item.body.total' }
    expect(await fetchPages({ url: origin, pagination })).toMatchObject({ body: everything, pages: 3 })
    expect(urls()).toEqual(['/?offset=0&limit=50', '/?offset=10&limit=50', '/?offset=20&limit=50'])
  })

  it('fail where nothing tells the items, and where the server always gives the same', async () => {
    const { origin, seen } = await list()
    await expect(fetchPages({ url: origin, pagination: { mode: 'page' } })).rejects.toMatchObject({
      code: 'NODE_FAILED',
      message: expect.stringContaining('`items`'),
    })
    const pagination = { mode: 'page', param: 'unknown', items: 'item.body.items' }
    await expect(fetchPages({ url: origin, pagination })).rejects.toMatchObject({ code: 'NODE_FAILED' })
    expect(seen).toHaveLength(3)
  })
})

describe('pages', () => {
  it('end at an error status, which fails the step unless it may not', async () => {
    const { origin } = await serve((_request, response) =>
      response.writeHead(seenTwice() ? 500 : 200, { link: '</2>; rel=next' }).end('x'),
    )
    let calls = 0
    const seenTwice = () => calls++ % 2 === 1
    const pagination = { mode: 'link' }
    await expect(fetchPages({ url: origin, pagination })).rejects.toMatchObject({ code: 'HTTP_STATUS' })
    expect(await fetchPages({ url: origin, pagination, failOnStatus: false })).toMatchObject({
      ...{ status: 500, body: ['x'], pages: 1, complete: false },
    })
  })

  it('are kept up to the limit of an output', async () => {
    const big = Buffer.alloc(9 * 1024 * 1024, 'a')
    const { origin, seen } = await serve((_request, response) =>
      response.writeHead(200, { link: `</${seen.length}>; rel=next` }).end(big),
    )
    await expect(fetchPages({ url: origin, pagination: { mode: 'link' } })).rejects.toMatchObject({
      code: 'OUTPUT_TOO_LARGE',
    })
    expect(seen).toHaveLength(4)
  })

  it.each([
    { method: 'POST', pagination: { mode: 'link' } },
    { pagination: { mode: 'link', maxPages: 1_001 } },
    { pagination: { mode: 'cursor' } },
  ])('are refused: %j', async (params) => {
    await expect(fetchPages({ url: 'https://h/', ...params })).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
    })
  })
})
