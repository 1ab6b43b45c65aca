import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileExpression } from '../src/index.js'

const matches = (pattern: string, text: string, flags = ''): Promise<unknown> =>
  compileExpression(`$match(text, /${pattern}/${flags})[]`).evaluate({ text })

/** What JavaScript finds first, in JSONata's form. */
function theirs(pattern: string, text: string, flags = ''): unknown {
  const found = new RegExp(pattern, flags).exec(text)
  return (
    found && { match: found[0], index: found.index, groups: found.slice(1).map((group) => group ?? null) }
  )
}

const first = async (pattern: string, text: string, flags?: string): Promise<unknown> => {
  const value = await compileExpression(`$match(text, /${pattern}/${flags ?? ''}, 1)`).evaluate({ text })
  return value === undefined ? null : value
}

const SPACES = ' \t\n\v\f\r\u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'

describe('a regular expression means what it means in JavaScript', () => {
  it.each([...SPACES].map((each) => each.charCodeAt(0).toString(16)))('white space U+%s', async (code) => {
    const text = `a${String.fromCharCode(Number.parseInt(code, 16))}b`
    for (const pattern of ['a\\sb', 'a[\\s]b', 'a\\Sb', 'a[\\S]b', 'a[^\\s]b', 'a[^\\S]b', 'a.b'])
      expect(await first(pattern, text)).toEqual(theirs(pattern, text))
  })

  it.each([
    ['\\u00e9', 'café'],
    ['[\\u00e0-\\u00ff]+', 'déjà'],
    ['\\xe9', 'é'],
    ['[^]', '\n'],
    ['a[^]b', 'a\nb'],
    ['a[]|b', 'ab'],
    ['\\A', 'A'],
    ['\\z', 'z'],
    ['\\Q.\\E', 'QxE'],
    ['\\a', 'a'],
    ['[[:alpha:]]', 'a]'],
    ['[\\b]', 'a\bb'],
    ['\\v', '\v'],
    ['\\0', 'a\0'],
    ['\\cJ', 'a\nb'],
    ['a{,3}', 'a{,3}'],
    ['a{x}', 'a{x}'],
    ['\\{\\}\\]', '{}]'],
    ['[\\w-z]+', 'a-z'],
    ['[a\\-z]+', 'a-z'],
    ['[z-]', '-'],
    ['[&&a]', '&'],
    ['\\/', 'a/b'],
    ['\\bword\\b', 'a word é'],
    ['^a$', 'b\na\nc'],
    ['(?<year>\\d{4})', 'in 2026'],
    ['(?:a|ab)(c|bcd)?', 'abcd'],
    ['a.c', 'a\rc'],
    ['É', 'é', 'i'],
    ['^b$', 'a\nb\nc', 'm'],
  ])('%s in %j', async (pattern, text, flags = '') => {
    expect(await first(pattern, text, flags)).toEqual(theirs(pattern, text, flags))
  })

  it('whatever it is made of', async () => {
    const atom = fc.constantFrom(
      'a',
      'b',
      '.',
      '\\s',
      '\\S',
      '\\d',
      '\\w',
      '\\W',
      '[^a]',
      '[a-c\\s]',
      '[\\S]',
      '\\u0061',
      '\\.',
      '-',
      '1',
    )
    const pattern = fc
      .array(fc.tuple(atom, fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,2}', '*?', '+?')), {
        minLength: 1,
        maxLength: 5,
      })
      .map((parts) => parts.map((part) => part.join('')).join(''))
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', 'c', '1', ' ', '\n', '\r', '\u00a0', '.', '-', 'é'),
      maxLength: 8,
    })
    await fc.assert(
      fc.asyncProperty(pattern, pattern, text, fc.boolean(), async (left, right, input, either) => {
        const source = either ? `(${left})|(${right})` : `${left}(${right})`
        expect(await first(source, input)).toEqual(theirs(source, input))
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('but', () => {
  it('characters are whole, and properties need no flag', async () => {
    expect(await matches('^.$', '😀')).toMatchObject([{ match: '😀' }])
    expect(await matches('\\ud83d\\ude00', 'a😀')).toMatchObject([{ match: '😀', index: 1 }])
    expect(await matches('\\p{L}+', '1é2')).toMatchObject([{ match: 'é' }])
    expect(await matches('\\p{Script=Greek}', 'aα')).toMatchObject([{ match: 'α' }])
    expect(await matches('\\u{1F600}', '😀')).toMatchObject([{ match: '😀' }])
  })

  it.each([
    '(?=a)',
    '(?!a)',
    '(?<=a)b',
    '(?<!a)b',
    '(a)\\1',
    '\\p',
    '\\ud83d',
    '(?<n>a)\\k<n>',
    '\\p{Nonsense}',
  ])('%s is refused when it is compiled', (pattern) => {
    expect(() => compileExpression(`$match(text, /${pattern}/)`)).toThrow(
      expect.objectContaining({ code: 'EXPRESSION_FAILED' }),
    )
  })

  it('lines must end with \\n alone where ^ and $ stand for them', async () => {
    await expect(matches('^b$', 'a\r\nb\r\n', 'm')).rejects.toThrow('flag m')
  })
})
