import { createHmac } from 'node:crypto'
import type { WebhookAuth } from '@millrace/nodes'
import { describe, expect, it } from 'vitest'
import { isAllowedIp } from '../src/webhooks/allow-ips.js'
import { parseHookBody } from '../src/webhooks/body.js'
import { type IncomingHook, verifyHook } from '../src/webhooks/verify.js'

type KeyAuth = Exclude<WebhookAuth, { kind: 'none' }>

const hook = (over: Partial<IncomingHook> = {}): IncomingHook => ({
  headers: {},
  query: {},
  body: Buffer.alloc(0),
  ...over,
})

const github: KeyAuth = { kind: 'github', credential: 'c' }
const hmac = (over: Partial<Extract<KeyAuth, { kind: 'hmac' }>> = {}): KeyAuth => ({
  kind: 'hmac',
  credential: 'c',
  header: 'X-Signature',
  algorithm: 'sha256',
  encoding: 'hex',
  prefix: '',
  ...over,
})

describe('verifyHook', () => {
  const secret = "It's a Secret to Everybody"
  const body = Buffer.from('Hello, World!')
  // From GitHub's documentation.
  const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
  const signed = (value: string | string[] | undefined) =>
    hook({ body, headers: { 'x-hub-signature-256': value } })

  it('takes a signature as GitHub makes it', () => {
    expect(verifyHook(github, secret, signed(signature))).toBe(true)
  })

  it.each([
    ['none', undefined],
    ['an empty one', ''],
    ['one of another body', signature.replace('757', '758')],
    ['one without its prefix', signature.slice(7)],
    ['one with more behind it', `${signature}00`],
    ['two in one header', `${signature}, ${signature}`],
    ['two headers', [signature, signature]],
  ])('refuses %s', (_what, value) => {
    expect(verifyHook(github, secret, signed(value))).toBe(false)
  })

  it('refuses a signature by another secret, and a body that was touched', () => {
    expect(verifyHook(github, `${secret}!`, signed(signature))).toBe(false)
    const touched = hook({
      body: Buffer.from('Hello, World?'),
      headers: { 'x-hub-signature-256': signature },
    })
    expect(verifyHook(github, secret, touched)).toBe(false)
  })

  it.each([
    ['sha1', 'hex', ''],
    ['sha256', 'base64', 'v0='],
    ['sha512', 'hex', 'sig '],
  ] as const)('takes %s in %s behind "%s"', (algorithm, encoding, prefix) => {
    const auth = hmac({ algorithm, encoding, prefix })
    const value = prefix + createHmac(algorithm, secret).update(body).digest(encoding)
    expect(verifyHook(auth, secret, hook({ body, headers: { 'x-signature': value } }))).toBe(true)
    expect(verifyHook(auth, secret, hook({ body, headers: { 'x-signature': `${value}=` } }))).toBe(false)
  })

  it('takes an API key from where it is expected, and nowhere else', () => {
    const inHeader: KeyAuth = { kind: 'api-key', in: 'header', name: 'X-Key', credential: 'c' }
    const inQuery: KeyAuth = { kind: 'api-key', in: 'query', name: 'key', credential: 'c' }
    expect(verifyHook(inHeader, 'k', hook({ headers: { 'x-key': 'k' } }))).toBe(true)
    expect(verifyHook(inQuery, 'k', hook({ query: { key: 'k' } }))).toBe(true)
    expect(verifyHook(inHeader, 'k', hook({ query: { 'X-Key': 'k' } }))).toBe(false)
    expect(verifyHook(inQuery, 'k', hook({ query: { key: ['k', 'k'] } }))).toBe(false)
    expect(verifyHook(inQuery, 'k', hook({ query: { key: 'K' } }))).toBe(false)
    expect(verifyHook(inQuery, 'k', hook())).toBe(false)
  })
})

describe('isAllowedIp', () => {
  it.each([
    ['192.0.2.7', ['192.0.2.0/24'], true],
    ['::ffff:192.0.2.7', ['192.0.2.0/24'], true],
    ['192.0.3.7', ['192.0.2.0/24'], false],
    ['192.0.2.7', ['192.0.2.7'], true],
    ['2001:db8::1', ['2001:db8::/32'], true],
    ['2001:db9::1', ['2001:db8::/32', '192.0.2.0/24'], false],
    ['192.0.2.7', [], false],
  ])('%s in %j: %s', (ip, allowed, expected) => {
    expect(isAllowedIp(ip, allowed)).toBe(expected)
  })
})

describe('parseHookBody', () => {
  it('parses by the content type', () => {
    expect(parseHookBody('application/json', Buffer.from('{"a":1}'))).toEqual({ a: 1 })
    expect(parseHookBody('application/vnd.x+json; charset=utf-8', Buffer.from('[1]'))).toEqual([1])
    expect(parseHookBody('application/x-www-form-urlencoded', Buffer.from('a=1&b=2&b=3'))).toEqual({
      a: '1',
      b: ['2', '3'],
    })
    expect(parseHookBody('text/plain', Buffer.from('héllo'))).toBe('héllo')
    expect(parseHookBody('application/octet-stream', Buffer.from([0xff, 0]))).toEqual({
      base64: '/wA=',
      contentType: 'application/octet-stream',
      size: 2,
    })
    expect(parseHookBody(undefined, Buffer.alloc(0))).toBeNull()
  })

  it.each([
    ['MALFORMED_JSON', 'application/json', '{"a":'],
    ['MALFORMED_JSON', 'application/json', '{"a":"\\u0000"}'],
    ['MALFORMED_JSON', 'application/json', '{"__proto__":{}}'],
    ['JSON_TOO_DEEP', 'application/json', '['.repeat(100_000)],
    ['INVALID_REQUEST', 'application/x-www-form-urlencoded', 'a=%00'],
    ['INVALID_REQUEST', 'application/x-www-form-urlencoded', '__proto__=1'],
  ])('refuses with %s: %s', (code, type, text) => {
    expect(() => parseHookBody(type, Buffer.from(text))).toThrow(expect.objectContaining({ code }))
  })
})
