import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileTemplate } from '../src/index.js'
import { scopeOf } from './scopes.js'

const resolve = async (url: string, trigger: Record<string, string | number | null>): Promise<string> => {
  const template = compileTemplate({ url, plain: url }, '/params', ['url'])
  const { url: resolved } = (await template.resolve(scopeOf(trigger))) as { url: string }
  return resolved
}

describe('a value in a URL', () => {
  const hostile = 'a&b=c d/é#h?%2F'
  it.each([
    ['https://h/?q={{ trigger.body.v }}&z=1', 'https://h/?q=a%26b%3Dc%20d%2F%C3%A9%23h%3F%252F&z=1'],
    ['https://h/x/{{ trigger.body.v }}/y', 'https://h/x/a%26b%3Dc%20d%2F%C3%A9%23h%3F%252F/y'],
    ['https://h/#{{ trigger.body.v }}', 'https://h/#a%26b%3Dc%20d%2F%C3%A9%23h%3F%252F'],
    ['https://h/{{ trigger.body.n }}{{ trigger.body.v }}', 'https://h/5a%26b%3Dc%20d%2F%C3%A9%23h%3F%252F'],
    ['https://h:{{ trigger.body.n }}/a', 'https://h:5/a'],
    [
      'https://h/?q={{ trigger.body.none }}&r={{ trigger.body.gone }}#{{ trigger.body.gone }}',
      'https://h/?q=&r=#',
    ],
    ['https://h/x{{ trigger.body.empty }}/y', 'https://h/x/y'],
  ])('is encoded for where it stands in %s', async (template, url) => {
    expect(await resolve(template, { v: hostile, n: 5, none: null, empty: '' })).toBe(url)
  })

  it.each([
    ['{{ trigger.body.v }}', 'https://h/a b?c=d#e'],
    ['{{ trigger.body.v }}/x?y={{ trigger.body.w }}', 'https://h/a b?c=d#e/x?y=%2F'],
    [' {{ trigger.body.v }}{{ trigger.body.w }}', ' https://h/a b?c=d#e/'],
    ['{{ "https://h/" & trigger.body.w }}', 'https://h//'],
    ['https://h/{{ $encodeUrl(trigger.body.w & "é?") }}', 'https://h//%C3%A9?'],
    ['https://h/{{ $encodeUrlComponent(trigger.body.w) }}', 'https://h/%2F'],
    ['https://h/{{ trigger.body.w ~> $encodeUrlComponent }}', 'https://h/%2F'],
  ])('stays as it is where it begins the URL or has encoded itself: %s', async (template, url) => {
    expect(await resolve(template, { v: 'https://h/a b?c=d#e', w: '/' })).toBe(url)
  })

  it.each([
    'evil.example/',
    'evil.example?',
    'evil.example#',
    'me@evil.example',
    'evil.example\\',
    'evil.example%2F',
  ])('that would end its host, %s, makes the URL invalid', async (v) => {
    const url = await resolve('https://{{ trigger.body.v }}.example.com/x', { v })
    expect(URL.canParse(url)).toBe(false)
  })

  it.each(['example.com', 'example.com:8080', '[::1]', 'müller.example'])('may be a host: %s', async (v) => {
    const url = await resolve('https://{{ trigger.body.v }}/x', { v })
    expect(new URL(url).host).toBe(new URL(`https://${v}/`).host)
  })

  it.each([
    ['https://h/a/{{ trigger.body.v }}/b', '..'],
    ['https://h/a/{{ trigger.body.v }}', '.'],
    ['https://h/a/.{{ trigger.body.v }}?x', '.'],
    ['https://h/a/{{ trigger.body.v }}{{ trigger.body.v }}', '.'],
    ['https://h/a/%2e{{ trigger.body.v }}', '.'],
    ['https://h/a/{{ trigger.body.v }}', '\ud800'],
  ])('is refused where no encoding holds it: %s with %j', async (template, v) => {
    await expect(resolve(template, { v })).rejects.toMatchObject({
      code: 'EXPRESSION_FAILED',
      message: expect.stringMatching(/^\/params\/url: /),
    })
  })

  it.each([
    ['https://h/customers/{{ trigger.body.gone }}', 'trigger.body.gone'],
    ['https://h/customers/{{ trigger.body.none }}', 'trigger.body.none'],
    ['https://h/customers/c-{{ trigger.body.gone }}/orders?x=1', 'trigger.body.gone'],
    ['https://h/{{ $encodeUrlComponent(trigger.body.gone) }}', '$encodeUrlComponent(trigger.body.gone)'],
    ['https://{{ trigger.body.gone }}.example.com/', 'trigger.body.gone'],
    ['https://h:{{ trigger.body.none }}/', 'trigger.body.none'],
    ['{{ trigger.body.gone }}/customers', 'trigger.body.gone'],
  ])('that is missing before the query fails and is named: %s', async (template, source) => {
    await expect(resolve(template, { none: null })).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
      message: `/params/url: ${source} gives no value, so the URL would lead to another place`,
    })
  })

  it('arrives whole whatever it is, and moves nothing around it', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(text, text, async (path, query) => {
        fc.pre(!/^\.{1,2}$/.test(path))
        const url = new URL(
          await resolve('https://h.example/a/{{ trigger.body.path }}/z?q={{ trigger.body.query }}&r=1', {
            path,
            query,
          }),
        )
        expect(url.host).toBe('h.example')
        expect(url.pathname.split('/').map(decodeURIComponent)).toEqual(['', 'a', path, 'z'])
        expect([...url.searchParams]).toEqual([
          ['q', query],
          ['r', '1'],
        ])
      }),
    )
  })

  it('is encoded in no other param', async () => {
    const template = compileTemplate(
      { a: 'https://h/{{ trigger.body.v }}', b: { url: 'x/{{ trigger.body.v }}' } },
      '',
      ['url'],
    )
    expect(await template.resolve(scopeOf({ v: '/' }))).toEqual({ a: 'https://h//', b: { url: 'x//' } })
  })
})
