import { describe, expect, it } from 'vitest'
import { readWrittenJson, unfinishedTextsOf } from '../src/index.js'

describe('JSON that a person writes', () => {
  it('keeps the digits of integers', () => {
    expect(readWrittenJson('{"id": 12345678901234567890}')).toEqual({
      ok: true,
      value: { id: 12345678901234567890n },
    })
  })

  it.each([
    ['{"a": ', 1, 7, /ends too early/],
    ['{\n  "a": {{ trigger.x }}\n}', 2, 9, /in quotes/],
    ["{'a': 1}", 1, 2, /double quotes/],
    ['{"a": 1,}', 1, 9, /comma too many/],
    ['{"a": }', 1, 7, /missing before this }/],
    ['[1 2]', 1, 4, /^The text cannot go on with "2"/],
    ['{"a": tru}', 1, 7, '"tru" is no JSON value: write true'],
    ['[nul, 1]', 1, 2, '"nul" is no JSON value: write null'],
    ['tru', 1, 1, '"tru" is no JSON value: write true'],
    ['{"a": False}', 1, 7, '"False" is no JSON value: write false'],
    ['{"a": yes}', 1, 7, '"yes" is no JSON value: put text in double quotes'],
    ['{a: 1}', 1, 2, '"a" is no JSON value: put text in double quotes'],
    ['[01]', 1, 2, '"01" is no JSON number: write it as in 10, -0.5 or 1e6'],
    ['{"a": .5}', 1, 7, '".5" is no JSON number: write it as in 10, -0.5 or 1e6'],
  ])('says where %j breaks, and why', (text, line, column, message) => {
    expect(readWrittenJson(text)).toEqual({
      ok: false,
      at: { line, column },
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    })
  })

  it.each([
    ['{"a": {"b": 1, "b": 2}}', /\/a\/b stands there twice/],
    ['{"__proto__": 1}', /__proto__/],
    ['[1e999]', /too large/],
  ])('refuses %j, which a reader would change in silence', (text, message) => {
    const read = readWrittenJson(text)
    expect(read).toEqual({ ok: false, message: expect.stringMatching(message) })
  })
})

describe('unfinished texts', () => {
  const text = { node: 'call', pointer: '/params/body', title: 'Body', as: 'json', text: '{' }
  it('are read from `ui`, and what is none of them is left out', () => {
    expect(unfinishedTextsOf({ texts: [text, 7, { ...text, as: 'poem' }] })).toEqual([text])
    for (const ui of [undefined, null, [], { texts: {} }]) expect(unfinishedTextsOf(ui)).toEqual([])
  })
})
