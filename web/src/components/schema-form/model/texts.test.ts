import { describe, expect, it } from 'vitest'
import { readJsonText } from './json-text.js'
import { readNumberText } from './number-text.js'
import { moveTexts, type Texts, textAt, withoutInside, withoutItem, withoutText, withText } from './texts.js'

const text = (pointer: string) => ({ pointer, title: pointer, as: 'json', text: `{${pointer}` }) as const
const TEXTS: Texts = [text('/params/a'), text('/params/list/0'), text('/params/list/2/x'), text('/params/ab')]
const pointers = (texts: Texts) => texts.map(({ pointer }) => pointer)

describe('texts that are no values yet', () => {
  it('are kept by field and by what they were meant to be', () => {
    const both = withText(TEXTS, { ...text('/params/a'), as: 'name', text: 'b' })
    expect([textAt(both, '/params/a', 'json'), textAt(both, '/params/a', 'name')]).toEqual([
      '{/params/a',
      'b',
    ])
    expect(textAt(withoutText(both, '/params/a', 'json'), '/params/a', 'name')).toBe('b')
    expect(withoutText(TEXTS, '/params/none', 'json')).toBe(TEXTS)
    expect(withText(TEXTS, { ...text('/params/a'), text: '[' })).toHaveLength(4)
  })

  it('go with their fields, and stay with those that move', () => {
    expect(pointers(withoutInside(TEXTS, '/params/list'))).toEqual(['/params/a', '/params/ab'])
    expect(pointers(moveTexts(TEXTS, '/params/a', '/params/c'))).toEqual([
      '/params/c',
      '/params/list/0',
      '/params/list/2/x',
      '/params/ab',
    ])
    expect(pointers(withoutItem(TEXTS, '/params/list', 0, 3))).toEqual([
      '/params/a',
      '/params/list/1/x',
      '/params/ab',
    ])
  })
})

describe('text and value', () => {
  it('numbers keep their digits, and what is half a number is none', () => {
    expect(['12', '-0.5', '.5', '1e3', '12345678901234567890'].map(readNumberText)).toEqual([
      12,
      -0.5,
      0.5,
      1000,
      12345678901234567890n,
    ])
    expect(['', '-', '1.', '1e', '1,5', '0x10', 'ten', '1e999'].map(readNumberText)).toEqual(
      Array(8).fill(undefined),
    )
  })

  it('JSON says its line and column, and which key stands twice', () => {
    expect(readJsonText('{"id": 12345678901234567890}')).toEqual({
      ok: true,
      value: { id: 12345678901234567890n },
    })
    expect(readJsonText('{\n "a": ]')).toMatchObject({
      ok: false,
      message: 'Line 2, column 7: Something is missing before this ]',
    })
    expect(readJsonText('{"a":1,"a":2}')).toMatchObject({
      ok: false,
      message: expect.stringMatching(/\/a stands there twice/),
    })
    expect(readJsonText(' ')).toEqual({ ok: true, value: undefined })
  })
})
