import type { Json } from '@millrace/contracts'
import { describe, expect, it } from 'vitest'
import type { NodeHttpRequest } from '../src/index.js'
import { execute, outputOf } from './context.js'

const url = 'https://a.example/x'

interface Received {
  readonly body: unknown
  readonly warnings: readonly string[]
}

/** What a step makes of an answer with this body under this label. */
const receive = async (
  bytes: Uint8Array | string,
  contentType?: string,
  params: Record<string, Json> = {},
): Promise<Received> => {
  const warnings: string[] = []
  const headers: Record<string, string> = contentType === undefined ? {} : { 'content-type': contentType }
  const output = await outputOf(
    'http.request',
    { url, ...params },
    {
      http: async () => ({ status: 200, headers, body: Buffer.from(bytes) }),
      log: (level, message) => warnings.push(`${level}: ${message}`),
    },
  )
  return { body: (output as { body: unknown }).body, warnings }
}

const send = async (body: Json, contentType?: string, more: Record<string, Json> = {}) => {
  const sent: NodeHttpRequest[] = []
  const headers: Record<string, Json> = contentType === undefined ? {} : { 'Content-Type': contentType }
  await execute(
    'http.request',
    { url, method: 'POST', headers, body, ...more },
    {
      http: async (request) => {
        sent.push(request)
        return { status: 200, headers: {}, body: Buffer.alloc(0) }
      },
    },
  )
  const { body: content, headers: heads } = sent[0]!
  return { content, bytes: Buffer.from(content ?? ''), type: heads?.['content-type'] }
}

const PNG = Buffer.from([0x89, 0x50, 0xff, 0xfe, 0x00, 0x01])
const png = { base64: PNG.toString('base64'), contentType: 'image/png', size: 6 }

describe('bytes that are no text', () => {
  it.each([
    ['image/png', png],
    ['image/png; charset=iso-8859-1', { ...png, contentType: 'image/png; charset=iso-8859-1' }],
    [undefined, { ...png, contentType: 'application/octet-stream' }],
  ])('labelled %s are kept whole, without a warning', async (label, body) => {
    expect(await receive(PNG, label)).toEqual({ body, warnings: [] })
  })

  it('are sent as the same bytes with their label, or the one that the author gives', async () => {
    expect(await send(png)).toMatchObject({ bytes: PNG, type: 'image/png' })
    expect(await send(png, 'image/x-own')).toMatchObject({ bytes: PNG, type: 'image/x-own' })
    expect(await send({ base64: png.base64 }, 'image/png')).toMatchObject({ bytes: PNG, type: 'image/png' })
  })

  it.each([
    [{ base64: png.base64 }],
    [{ base64: png.base64, contentType: 'image/png' }],
    [{ ...png, size: 7 }],
    [{ ...png, more: 1 }],
    [{ ...png, base64: 'not base64' }],
  ])('only look like them in %j, which goes out as JSON', async (body) => {
    expect(await send(body)).toMatchObject({ content: JSON.stringify(body), type: 'application/json' })
  })

  it('go out as JSON where the author says so', async () => {
    expect((await send(png, 'application/json')).content).toBe(JSON.stringify(png))
  })

  it('come when asked for, even of text', async () => {
    const { body } = await receive('{"a":1}', 'application/json', { responseType: 'bytes' })
    expect(body).toEqual({ base64: 'eyJhIjoxfQ==', contentType: 'application/json', size: 7 })
  })

  it('hold no secret that the other side repeats (I8)', async () => {
    const secret = 'gehéim!'
    const echo = Buffer.concat([PNG, Buffer.from(`<${secret}>`)])
    const output = await outputOf(
      'http.request',
      { url, auth: { credential: 'c' } },
      {
        credentials: { c: { type: 'bearer', data: { token: secret } } },
        http: async () => ({ status: 200, headers: { 'content-type': 'image/png' }, body: echo }),
      },
    )
    const { base64 } = (output as { body: { base64: string } }).body
    expect(Buffer.from(base64, 'base64')).toEqual(Buffer.concat([PNG, Buffer.from('<[redacted]>')]))
  })
})

describe('text', () => {
  it.each([
    ['windows-1252', [0x80, 0x92], '€’'],
    ['latin1', [0x80, 0xe9], '€é'],
    ['"iso-8859-15"', [0xa4], '€'],
    ['utf-8', [0xef, 0xbb, 0xbf, 0x41], 'A'],
    ['UTF-16', [0x41, 0x00, 0xac, 0x20], 'A€'],
    ['utf-16be', [0xfe, 0xff, 0x20, 0xac], '€'],
    ['shift_jis', [0x93, 0xfa, 0x96, 0x7b], '日本'],
    ['gb18030', [0x80], '€'],
    ['koi8-r', [0xd0], 'п'],
  ])('in %s is read by the labels of the WHATWG', async (charset, bytes, body) => {
    const label = `text/plain; charset=${charset}`
    expect(await receive(Uint8Array.from(bytes), label)).toEqual({ body, warnings: [] })
  })

  it.each([
    ['text/plain; charset=klingon', Buffer.from('é'), /klingon is not known/],
    ['text/plain; charset=utf-7', Buffer.from('a'), /utf-7 is not known/],
    ['text/plain', Buffer.from([0xe9]), /no text in utf-8/],
    ['text/csv; charset=utf-8', Buffer.from([0xc3]), /no text in utf-8/],
    ['text/plain; charset=utf-16le', Buffer.from([0x00, 0xd8]), /no text in utf-16le/],
    ['text/plain', Buffer.from('a\0b'), /no text in utf-8/],
  ])('labelled %s that cannot be read keeps its bytes, with a warning', async (contentType, bytes, why) => {
    const { body, warnings } = await receive(bytes, contentType)
    expect(body).toEqual({ base64: bytes.toString('base64'), contentType, size: bytes.length })
    expect(warnings).toEqual([expect.stringMatching(why)])
  })

  it.each(['application/octet-stream', 'image/svg+xml', 'application/x-unknown', undefined])(
    'labelled %s is text all the same: nothing of it is lost',
    async (label) => expect(await receive('<é>', label)).toEqual({ body: '<é>', warnings: [] }),
  )

  it('is read in any case when asked for', async () => {
    const asked = { responseType: 'text' }
    expect((await receive(Buffer.from([0x41, 0xff]), 'image/png', asked)).body).toBe('A\ufffd')
    expect(await receive('é', 'text/plain; charset=klingon', asked)).toMatchObject({
      body: 'é',
      warnings: [expect.stringContaining('klingon')],
    })
  })

  it.each([
    ['text/plain; charset=windows-1252', '€é', [0x80, 0xe9]],
    ['text/plain; charset=utf-16be', '€', [0x20, 0xac]],
    ['application/xml; charset=Shift_JIS', '日本', [0x93, 0xfa, 0x96, 0x7b]],
    ['application/json; charset=latin1', { a: 'é' }, [...Buffer.from('{"a":"é"}', 'latin1')]],
  ])('is sent in the charset of %s', async (label, body, bytes) => {
    expect([...(await send(body, label)).bytes]).toEqual(bytes)
  })

  it.each([
    ['text/plain; charset=latin1', '日本'],
    ['text/plain; charset=klingon', 'a'],
  ])('that %s cannot write is refused', async (label, body) => {
    await expect(send(body, label)).rejects.toMatchObject({ code: 'INVALID_PARAMS' })
  })
})

describe('a label that JSON never fits', () => {
  it.each<[string, Json]>([
    ['multipart/mixed', { a: 'x' }],
    ['application/xml', { a: 'x' }],
    ['application/soap+xml', [1]],
    ['image/png', { a: 'x' }],
    ['application/pdf', 5],
  ])('%s refuses what is neither bytes nor text', async (label, body) => {
    await expect(send(body, label)).rejects.toMatchObject({ code: 'INVALID_PARAMS' })
  })

  it.each(['multipart/mixed; boundary=x', 'application/xml'])(
    '%s takes text that is written',
    async (label) => {
      expect(Buffer.from((await send('<a/>', label)).bytes).toString()).toBe('<a/>')
    },
  )
})

describe('JSON', () => {
  it.each(['', '\n', ' \r\n\t'])('of nothing but %j is like none', async (text) => {
    expect(await receive(text, 'application/json')).toEqual({ body: null, warnings: [] })
    expect((await receive(text, 'application/json', { responseType: 'json' })).body).toBeNull()
  })

  it.each([
    ['with a byte order mark', Buffer.from('\ufeff{"a":"é"}'), 'application/json'],
    ['in latin1', Buffer.from('{"a":"é"}', 'latin1'), 'application/json; charset=iso-8859-1'],
    ['in UTF-16', Buffer.from('\ufeff{"a":"é"}', 'utf16le'), 'application/json'],
    ['of an unknown charset', Buffer.from('{"a":"é"}'), 'application/json; charset=klingon'],
    ['of a vendor', Buffer.from('{"a":"é"}'), 'application/vnd.x.v1+json;profile="a;b"'],
  ])('%s is parsed', async (_what, bytes, label) => {
    expect((await receive(bytes, label)).body).toEqual({ a: 'é' })
  })

  it('that is none is kept as it came, with a warning', async () => {
    expect(await receive('<html>', 'application/json')).toEqual({
      body: '<html>',
      warnings: [expect.stringContaining('labelled JSON')],
    })
    const bytes = Buffer.from([0x7b, 0xff])
    expect((await receive(bytes, 'application/json')).body).toEqual({
      base64: bytes.toString('base64'),
      contentType: 'application/json',
      size: 2,
    })
  })

  it('that would parse only with bytes replaced is kept as bytes, or fails where JSON is asked for', async () => {
    const bytes = Buffer.from('{"a":"\xff","k\xe9y":1}', 'latin1')
    for (const label of ['application/json', 'application/json; charset=klingon'])
      expect(await receive(bytes, label)).toEqual({
        body: { base64: bytes.toString('base64'), contentType: label, size: bytes.length },
        warnings: [expect.stringContaining('labelled JSON')],
      })
    await expect(receive(bytes, 'text/plain', { responseType: 'json' })).rejects.toMatchObject({
      code: 'NODE_FAILED',
      message: expect.stringContaining('no valid text'),
    })
  })
})

describe('a form', () => {
  const FORM = 'application/x-www-form-urlencoded'

  it('is written as its label says', async () => {
    const body = { a: ['x', 'y'], 'b c': 'é&=+', n: 1, t: true, gone: null, none: [] }
    expect(await send(body, FORM)).toMatchObject({
      content: 'a=x&a=y&b+c=%C3%A9%26%3D%2B&n=1&t=true',
      type: FORM,
    })
    expect((await send('a=1', FORM)).content).toBe('a=1')
    expect((await send({ a: 'é€' }, `${FORM}; charset=windows-1252`)).content).toBe('a=%E9%80')
  })

  it.each([
    ['repeat', 'a=x&a=y'],
    ['brackets', 'a%5B%5D=x&a%5B%5D=y'],
    ['indices', 'a%5B0%5D=x&a%5B1%5D=y'],
    ['comma', 'a=x%2Cy'],
  ])('and a query write lists in the style %s', async (lists, text) => {
    expect((await send({ a: ['x', null, 'y'] }, FORM, { lists })).content).toBe(text)
    const sent: NodeHttpRequest[] = []
    const http = async (request: NodeHttpRequest) => {
      sent.push(request)
      return { status: 200, headers: {}, body: Buffer.alloc(0) }
    }
    await execute('http.request', { url, query: { a: ['x', 'y'], gone: null }, lists }, { http })
    expect(sent[0]?.url).toBe(`${url}?${text}`)
  })

  it.each([
    [{ a: { b: 1 } }, /"a" holds an object/],
    [{ a: [[1]] }, /"a" holds an object or a list of lists/],
    [['x'], /object of fields/],
    [5, /object of fields/],
  ])('cannot be %j', async (body, message) => {
    await expect(send(body as Json, FORM)).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
      message: expect.stringMatching(message),
    })
  })
})

describe('multipart/form-data', () => {
  it('is a real one, with text, lists, files and JSON', async () => {
    const body = {
      note: 'é\r\n',
      'a"b\n': ['x', 2],
      gone: null,
      file: { ...png, fileName: 'Zoë "1".png' },
      raw: { base64: 'AAE=' },
      meta: { k: [1] },
    }
    const { bytes, type } = await send(body, 'multipart/form-data')
    const form = await new Response(bytes, { headers: { 'content-type': type ?? '' } }).formData()
    expect(form.get('note')).toBe('é\r\n')
    expect(form.getAll('a"b\n')).toEqual(['x', '2'])
    expect(form.has('gone')).toBe(false)
    const file = form.get('file') as File
    expect([file.name, file.type]).toEqual(['Zoë "1".png', 'image/png'])
    expect(Buffer.from(await file.arrayBuffer())).toEqual(PNG)
    expect([...new Uint8Array(await (form.get('raw') as File).arrayBuffer())]).toEqual([0, 1])
    expect(bytes.toString()).toContain('name="meta"\r\nContent-Type: application/json\r\n\r\n{"k":[1]}\r\n')
  })

  it('is the same for every try, and takes the boundary of the author', async () => {
    const first = await send({ a: 'x' }, 'multipart/form-data')
    expect(await send({ a: 'x' }, 'multipart/form-data')).toEqual(first)
    const given = await send({ a: 'x' }, 'multipart/form-data; boundary="my mark"')
    expect(given.type).toMatch(/boundary=millrace-/)
    const own = await send({ a: 'x' }, 'multipart/form-data; boundary=own')
    expect(own).toMatchObject({ type: 'multipart/form-data; boundary=own' })
    expect(own.bytes.toString()).toBe(
      '--own\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--own--\r\n',
    )
  })
})

describe('an answer', () => {
  it('gives each of its cookies, and a redirect when none is to be followed', async () => {
    const sent: NodeHttpRequest[] = []
    const output = await outputOf(
      'http.request',
      { url, followRedirects: false },
      {
        http: async (request) => {
          sent.push(request)
          const headers = { location: '/next', 'set-cookie': 'a=1, b=2' }
          return { status: 302, headers, setCookies: ['a=1', 'b=2'], body: Buffer.alloc(0) }
        },
      },
    )
    expect(sent[0]).toMatchObject({ maxRedirects: 0 })
    expect(output).toMatchObject({ status: 302, headers: { location: '/next' }, setCookies: ['a=1', 'b=2'] })
  })
})
