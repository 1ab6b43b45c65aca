import type { Json } from '@millrace/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileTemplate } from '../src/index.js'
import { deepFreeze, scopeOf } from './scopes.js'

const BODY = {
  n: 5,
  s: 'text',
  b: false,
  list: [1, 2],
  o: { a: 1 },
  nothing: null,
  items: [{ n: 1 }, { n: 2 }],
}
const resolve = async (value: Json): Promise<Json | undefined> => {
  const resolved = await compileTemplate({ value }).resolve(deepFreeze(scopeOf(structuredClone(BODY))))
  return (resolved as { value?: Json }).value
}

describe('a string that is exactly one expression keeps its type', () => {
  it.each<[string, unknown]>([
    ['{{ trigger.body.n }}', 5],
    ['{{trigger.body.n}}', 5],
    ['{{ trigger.body.b }}', false],
    ['{{ trigger.body.list }}', [1, 2]],
    ['{{ trigger.body.o }}', { a: 1 }],
    ['{{ trigger.body.nothing }}', null],
    ['{{ trigger.body.missing }}', undefined],
    ['{{ trigger.body.items.n }}', [1, 2]],
    ['{{ {"a": {"b": 1}} }}', { a: { b: 1 } }],
    ['{{ "}}" }}', '}}'],
  ])('%s', async (text, expected) => {
    expect(await resolve(text)).toEqual(expected)
  })
})

describe('mixed text becomes a string', () => {
  it.each<[string, string]>([
    [' {{ trigger.body.n }}', ' 5'],
    ['n = {{ trigger.body.n }}!', 'n = 5!'],
    ['{{ trigger.body.n }}{{ trigger.body.s }}', '5text'],
    ['<{{ trigger.body.missing }}>', '<>'],
    ['<{{ trigger.body.nothing }}>', '<>'],
    ['<{{ trigger.body.o }}>', '<{"a":1}>'],
    ['<{{ trigger.body.items.n }}>', '<[1,2]>'],
    ['\\{{ not an expression }}', '{{ not an expression }}'],
    ['no expression', 'no expression'],
  ])('%s', async (text, expected) => {
    expect(await resolve(text)).toBe(expected)
  })
})

describe('trees', () => {
  it('leave out members that give nothing, and keep places in arrays', async () => {
    const value = {
      gone: '{{ trigger.body.missing }}',
      list: ['{{ trigger.body.missing }}', '{{ trigger.body.n }}'],
      k: 1,
    }
    expect(await resolve(value)).toEqual({ list: [null, 5], k: 1 })
  })

  it('without an expression are constant: the same value every time', async () => {
    const params = { a: [1, { b: 'text' }], c: null }
    const template = compileTemplate(params)
    expect(template.constant).toBe(true)
    expect(await template.resolve(scopeOf(1))).toEqual(params)
    expect(await template.resolve(scopeOf(1))).toBe(await template.resolve(scopeOf(2)))
    expect(compileTemplate({ a: '{{ 1 }}' }).constant).toBe(false)
  })

  it('keep members that are called like those of every object, and refuse __proto__', async () => {
    const resolved = await resolve({ constructor: '{{ 1 }}', prototype: '', k: '{{ 1 }}' } as unknown as Json)
    expect(resolved).toEqual({ constructor: 1, prototype: '', k: 1 })
    expect(Object.getPrototypeOf(resolved)).toBe(Object.prototype)
    for (const text of ['{"__proto__": "{{ 1 }}"}', '{"a": [{"__proto__": 1}]}'])
      expect(() => compileTemplate(JSON.parse(text), '/params')).toThrow(
        expect.objectContaining({
          code: 'EXPRESSION_FAILED',
          message: expect.stringMatching(/^\/params.*__proto__/),
        }),
      )
  })

  it('say where an expression failed', async () => {
    const value = { 'a/b': [{ 'c~d': '{{ trigger.body.s + 1 }}' }] }
    await expect(resolve(value)).rejects.toMatchObject({
      code: 'EXPRESSION_FAILED',
      message: expect.stringContaining('/value/a~1b/0/c~0d: '),
    })
    expect(() => compileTemplate({ x: '{{ 1 + }}' }, '/params')).toThrow(/^\/params\/x: /)
    expect(() => compileTemplate({ x: '{{ 1' })).toThrow(
      expect.objectContaining({ code: 'EXPRESSION_FAILED' }),
    )
  })

  it('have a limit on texts put together', async () => {
    const body = { long: 'x'.repeat(4_000_000) }
    const template = compileTemplate({
      x: '{{ trigger.body.long }}{{ trigger.body.long }}{{ trigger.body.long }}',
    })
    await expect(template.resolve(scopeOf(body))).rejects.toMatchObject({ code: 'EXPRESSION_LIMIT' })
  })

  it('of plain JSON without braces resolve to themselves', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 3 }), async (value) => {
        fc.pre(!JSON.stringify(value).includes('{{') && !JSON.stringify(value).includes('__proto__'))
        expect(await resolve(value as Json)).toEqual(value)
      }),
    )
  })
})
