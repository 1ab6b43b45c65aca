import type { Json } from '@millrace/contracts'
import { describe, expect, it } from 'vitest'
import { nodeLibrary, writeAnswer } from '../src/index.js'
import { checkParams } from '../src/params/check.js'
import { execute } from './context.js'

const respond = async (params: Record<string, Json>) => {
  const warnings: string[] = []
  const result = await execute('http.respond', params, { log: (_level, message) => warnings.push(message) })
  if (!('response' in result) || result.response === undefined) throw new Error('no response')
  const { response } = result
  const { content, contentType } = writeAnswer(response)
  return { ...response, content, contentType, warnings }
}

const problems = (params: Record<string, Json>) =>
  checkParams(nodeLibrary.get('http.respond')!, params).map(
    ({ pointer, message }) => `${pointer}: ${message}`,
  )

describe('header values', () => {
  it('may be numbers and booleans', async () => {
    const { headers } = await respond({ headers: { 'x-count': 5, 'x-flag': true, 'x-none': '' } })
    expect(headers).toEqual({ 'x-count': '5', 'x-flag': 'true', 'x-none': '' })
  })

  it.each([
    [
      'attachment; filename="Zoë – €5.pdf"',
      `attachment; filename="Zo_ _ _5.pdf"; filename*=UTF-8''Zo%C3%AB%20%E2%80%93%20%E2%82%AC5.pdf`,
    ],
    [
      'attachment; filename=naïve.txt; x=1',
      `attachment; filename="na_ve.txt"; filename*=UTF-8''na%C3%AFve.txt; x=1`,
    ],
    [
      String.raw`inline; FileName="a\"é(1)'*.txt"`,
      String.raw`inline; filename="a\"_(1)'*.txt"; filename*=UTF-8''a%22%C3%A9%281%29%27%2A.txt`,
    ],
    [`attachment; filename="é"; filename*=UTF-8''own`, `attachment; filename="_"; filename*=UTF-8''own`],
    ['attachment; filename="plain.txt"', 'attachment; filename="plain.txt"'],
    ['attachment; filename="👋"', `attachment; filename="_"; filename*=UTF-8''%F0%9F%91%8B`],
  ])('write the file name of %s as RFC 8187 says', async (given, written) => {
    const { headers } = await respond({ headers: { 'Content-Disposition': given } })
    expect(headers).toEqual({ 'Content-Disposition': written })
  })

  it('beyond Latin-1 are refused at validation, and in the step', async () => {
    expect(problems({ headers: { 'x-a': 'Zoë – €5' } })).toEqual([
      expect.stringMatching(/^\/headers\/x-a: .*Latin-1/),
    ])
    expect(problems({ headers: { 'x-a': 'Zoë' } })).toEqual([])
    expect(problems({ headers: { 'x-a': '{{ trigger.a }} – b' } })).toEqual([])
    await expect(respond({ headers: { 'x-a': '€' } })).rejects.toMatchObject({ code: 'INVALID_PARAMS' })
  })

  it.each(['content-encoding', 'Content-Length', 'set-cookie', 'Transfer-Encoding'])(
    "of %s are the server's to set",
    async (name) => {
      expect(problems({ headers: { [name]: 'x' } })).toEqual([expect.stringContaining('cannot be set')])
    },
  )
})

describe('bodies', () => {
  const png = { base64: 'iVD//gAB', contentType: 'image/png', size: 6 }
  const PNG = Buffer.from(png.base64, 'base64')

  it.each([
    ['text without a type', 'hi', undefined, '"hi"', 'application/json; charset=utf-8'],
    ['text as JSON', 'hi', 'application/json', '"hi"', 'application/json'],
    ['text as text', 'hi', 'text/html; charset=utf-8', 'hi', 'text/html; charset=utf-8'],
    [
      'text in its charset',
      '€',
      'text/plain; charset=windows-1252',
      Buffer.from([0x80]),
      'text/plain; charset=windows-1252',
    ],
    ['nothing', null, undefined, 'null', 'application/json; charset=utf-8'],
    ['an object', { a: 1 }, undefined, '{"a":1}', 'application/json; charset=utf-8'],
    ['an object as a problem', { a: 1 }, 'application/problem+json', '{"a":1}', 'application/problem+json'],
    [
      'a form',
      { a: ['x', 'y'] },
      'application/x-www-form-urlencoded',
      'a=x&a=y',
      'application/x-www-form-urlencoded',
    ],
    ['bytes', png, undefined, PNG, 'image/png'],
    ['bytes of another type', png, 'image/x-own', PNG, 'image/x-own'],
    ['bytes without their members', { base64: png.base64 }, 'image/png', PNG, 'image/png'],
    [
      'what looks like bytes',
      { base64: png.base64 },
      undefined,
      '{"base64":"iVD//gAB"}',
      'application/json; charset=utf-8',
    ],
  ])('of %s go out as their label says', async (_what, body, type, content, contentType) => {
    const headers: Record<string, Json> = type === undefined ? {} : { 'Content-Type': type }
    const sent = await respond({ headers, body })
    expect(sent).toMatchObject({ contentType, warnings: [] })
    expect(typeof sent.content === 'string' ? sent.content : Buffer.from(sent.content ?? '')).toEqual(content)
  })

  it.each([204, 205, 304])('are not sent with %i, which says so', async (status) => {
    expect(await respond({ status, body: 'x' })).toMatchObject({
      content: undefined,
      warnings: [expect.stringContaining(`${status}`)],
    })
    expect(await respond({ status })).toMatchObject({ content: undefined, warnings: [] })
  })

  it.each([
    ['text/plain; charset=latin1', '日本'],
    ['application/x-www-form-urlencoded', { a: { b: 1 } }],
    ['multipart/form-data', ['x']],
  ])('that cannot be %s fail the step, and not the caller', async (type, body) => {
    await expect(respond({ headers: { 'content-type': type }, body })).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
    })
  })
})
