import type { Json } from '@millrace/contracts'
import { describe, expect, it } from 'vitest'
import { describeNodeTypes, nodeCatalogue } from '../src/index.js'

const check = (type: string, params: Record<string, Json>) =>
  (nodeCatalogue().get(type)?.checkParams(params) ?? []).map(({ pointer, code }) => `${pointer} ${code}`)

describe('unresolved params', () => {
  it('take a template for any value at its place', () => {
    expect(check('http.request', { url: '{{ a }}', timeoutMs: '{{ b }}', auth: '{{ c }}' })).toEqual([])
    expect(check('http.request', { url: 'u', method: '{{ m }}', headers: { a: '{{ b }}' } })).toEqual([])
    expect(check('http.request', { url: 'u', query: { a: ['{{ b }}', 1], b: '{{ c }}' } })).toEqual([])
    expect(check('flow.filter', { items: '{{ trigger.body }}', where: 'item' })).toEqual([])
    expect(check('flow.delay', { duration: '{{ a }}' })).toEqual([])
  })

  it('report what no template explains, all of it', () => {
    const params = { url: 7, timeoutMs: '{{ b }}', retries: 3, 'a/b~c': 1, headers: { 'x y': 'z' } }
    expect(check('http.request', params)).toEqual([
      '/url INVALID_PARAM',
      '/headers/x y INVALID_PARAM',
      '/retries INVALID_PARAM',
      '/a~1b~0c INVALID_PARAM',
    ])
  })

  it('point at the variant of a union that comes closest', () => {
    expect(check('http.request', { url: 'u', query: { a: ['{{ b }}', null] } })).toEqual([
      '/query/a/1 INVALID_PARAM',
    ])
    expect(check('trigger.webhook', { path: 'a', auth: { kind: 'hmac', credential: 'c', x: 1 } })).toEqual([
      '/auth/x INVALID_PARAM',
    ])
  })

  it('miss a credential where auth needs one', () => {
    expect(check('http.request', { url: 'u', auth: {} })).toEqual(['/auth/credential MISSING_CREDENTIAL'])
    expect(check('http.request', { url: 'u', auth: { credential: '' } })).toEqual([
      '/auth/credential MISSING_CREDENTIAL',
    ])
    expect(check('trigger.webhook', { path: 'a', auth: { kind: 'github' } })).toEqual([
      '/auth/credential MISSING_CREDENTIAL',
    ])
    expect(check('postgres.query', { query: 'select 1' })).toEqual(['/credential MISSING_CREDENTIAL'])
    expect(check('trigger.webhook', { path: 'a', auth: { kind: 'none' } })).toEqual([])
  })

  it('hold exactly one of what excludes each other, templates or not', () => {
    expect(check('transform.json', {})).toEqual([' INVALID_PARAM'])
    expect(check('transform.json', { expression: 'a', value: '{{ b }}' })).toEqual([' INVALID_PARAM'])
    expect(check('transform.json', { value: null })).toEqual([])
    expect(check('flow.delay', { delayMs: '{{ a }}', until: '{{ b }}' })).toEqual([' INVALID_PARAM'])
  })

  it('are refused as templates in a trigger, which no run resolves', () => {
    expect(check('trigger.webhook', { path: '{{ vars.path }}' })).toEqual(['/path INVALID_PARAM'])
  })
})

describe('what is said of a param', () => {
  const said = (type: string, params: Record<string, Json>) =>
    (nodeCatalogue().get(type)?.checkParams(params) ?? []).map(({ message }) => message)

  it.each([
    ['http.request', {}, ['URL is required']],
    ['http.request', { url: '' }, ['URL is required']],
    ['http.request', { url: 7 }, ['URL must be text, not a number']],
    ['http.request', { url: 'u', method: 'FETCH' }, [/^Method must be one of "GET", /]],
    ['http.request', { url: 'u', timeoutMs: 0 }, ['Timeout in milliseconds must be at least 1']],
    ['http.request', { url: 'u', timeoutMs: 1.5 }, ['Timeout in milliseconds must be a whole number']],
    [
      'http.request',
      { url: 'u', timeoutMs: 12345678901234567890n },
      [/^Timeout in milliseconds must be at most \d+$/],
    ],
    ['http.request', { url: 'u', timeoutMs: 1e300 }, [/^Timeout in milliseconds must be at most \d+$/]],
    ['http.request', { url: 'u', timeoutMs: -(10n ** 30n) }, ['Timeout in milliseconds must be at least 1']],
    ['http.request', { url: 'u', headers: { 'x y': 'z' } }, ['"x y" of headers: this is no header name']],
    ['http.request', { url: 'u', retries: 3 }, ['There is no setting "retries" here']],
    ['http.request', { url: 'u', auth: {} }, ['Credential is required']],
    ['flow.switch', { cases: [] }, ['Cases must have at least 1 item']],
    ['flow.switch', { cases: 'x' }, ['Cases must be a list, not text']],
    ['flow.switch', { cases: [{ equals: 1, port: 'a' }, { equals: 2 }] }, ['Port of case 2 is required']],
    ['flow.switch', { cases: [{ port: 'a' }] }, ['Case 1: give exactly one of `equals`, `when`']],
    ['flow.delay', { until: 'soon' }, [/^Until must be a date and time with its offset/]],
    ['flow.wait', {}, ['Event is required']],
    ['transform.json', {}, [/^Give exactly one of /]],
    ['http.request', { url: 'u', headers: { a: null } }, ['"a" of headers must be text, not null']],
  ] as const)('says what is wrong: %s %o', (type, params, messages) => {
    expect(said(type, params as unknown as Record<string, Json>)).toEqual(
      messages.map((each) => (typeof each === 'string' ? each : expect.stringMatching(each))),
    )
  })

  it('never is what the schema library says, whatever is given for a param of any type', () => {
    const RAW = /invalid input|expected \w+, received|invalid (string|option|key|type)|too (big|small)/i
    for (const type of nodeCatalogue().types)
      for (const value of [null, '', 'x', -1, 1.5, 10n ** 20n, true, [], [null], {}, { a: null }]) {
        const names = [...Object.keys(propertiesOf(type)), 'other']
        const params = Object.fromEntries(names.map((name) => [name, value]))
        for (const message of said(type, params)) {
          expect(message, `${type} ${String(value)}`).not.toMatch(RAW)
          expect(message).toMatch(/^[A-Z"]/)
        }
      }
  })
})

const propertiesOf = (name: string): object => {
  const params = describeNodeTypes().find(({ type }) => type === name)?.params
  return params !== null && typeof params === 'object' && 'properties' in params
    ? Object(params.properties)
    : {}
}

describe('raw expressions', () => {
  it('are found wherever they stand', () => {
    const found = (type: string, params: Record<string, Json>) =>
      nodeCatalogue().get(type)?.rawExpressions?.(params)
    expect(found('transform.json', { expression: 'a' })).toEqual([{ pointer: '/expression', source: 'a' }])
    expect(found('flow.condition', { if: '{{ a }}' })).toEqual([{ pointer: '/if', source: '{{ a }}' }])
    const cases = [
      { when: 'a', port: 'x' },
      { equals: 1, port: 'y' },
      { when: 'b', port: 'z' },
    ]
    expect(found('flow.switch', { cases })).toEqual([
      { pointer: '/cases/0/when', source: 'a' },
      { pointer: '/cases/2/when', source: 'b' },
    ])
    expect(found('transform.script', { code: 'return 1' })).toEqual([])
  })

  it('are not mixed with text', () => {
    expect(check('flow.condition', { if: '{{ a }} = {{ b }}' })).toEqual(['/if INVALID_PARAM'])
    expect(check('flow.condition', { if: 'a = {{ b }}' })).toEqual(['/if INVALID_PARAM'])
    expect(check('flow.condition', { if: ' ' })).toEqual(['/if INVALID_PARAM'])
  })

  it('may hold the braces themselves', () => {
    for (const source of [
      '$map(a, function($i){{"id": $i.id}})',
      '"{{" & a',
      '{{ $map(a, function($i){{"id": $i}}) }}',
    ])
      expect(check('flow.condition', { if: source })).toEqual([])
  })

  it('do not include code, where {{ means nothing', () => {
    expect(check('transform.script', { code: 'if (x) {{ return "!!" }}' })).toEqual([])
  })

  it('are the only thing computed in cases', () => {
    const cases = [
      { equals: '{{ a }}', port: 'x' },
      { equals: 1, when: 'a', port: 'y' },
      { equals: 1, port: 'error' },
    ]
    expect(check('flow.switch', { cases })).toEqual([
      '/cases/0/equals INVALID_PARAM',
      '/cases/1 INVALID_PARAM',
      '/cases/2/port INVALID_PARAM',
    ])
  })
})

describe('SQL', () => {
  it('takes values as params only', () => {
    const params = { credential: 'db', query: "select '{{ trigger.body.id }}'" }
    expect(check('postgres.query', params)).toEqual(['/query INVALID_PARAM'])
  })
})
