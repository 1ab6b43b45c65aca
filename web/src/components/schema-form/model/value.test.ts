import { describe, expect, it } from 'vitest'
import type { Field } from './field.js'
import { EMPTY_EXPRESSION, modeOf, switchMode } from './input-mode.js'
import { byPointer, homelessProblems, messageAt, saysUnfinished } from './problems.js'
import { pointerTo, renameMember, toText, withItem, withMember } from './value.js'

const text: Field = {
  kind: 'text',
  multiline: false,
  name: 'url',
  title: 'URL',
  help: undefined,
  required: true,
  fallback: undefined,
  templates: true,
  isList: false,
  template: 'text',
}

describe('values', () => {
  it('sets, replaces and takes away members, in their places', () => {
    expect(JSON.stringify(withMember({ a: 1, b: 2 }, 'a', 3))).toBe('{"a":3,"b":2}')
    expect(withMember({ a: 1, b: 2 }, 'a', undefined)).toEqual({ b: 2 })
    expect(withMember(undefined, 'a', 1)).toEqual({ a: 1 })
    expect(withMember({}, '__proto__', { polluted: true })).toEqual({})
    expect(withItem([1, 2, 3], 1, undefined)).toEqual([1, 3])
  })

  it('renames rows in place, and never onto another one', () => {
    expect(JSON.stringify(renameMember({ a: 1, b: 2 }, 'a', 'c'))).toBe('{"c":1,"b":2}')
    expect(renameMember({ a: 1, b: 2 }, 'a', 'b')).toEqual({ a: 1, b: 2 })
    expect(renameMember({ a: 1 }, 'a', '__proto__')).toEqual({ a: 1 })
  })

  it('writes out what is no text, and escapes pointers', () => {
    expect([toText('a'), toText(7), toText(undefined), toText([1])]).toEqual(['a', '7', '', '[1]'])
    expect(pointerTo('/params', 'a/b~c')).toBe('/params/a~1b~0c')
  })
})

describe('switching between a fixed value and an expression', () => {
  it('never loses either of the two', () => {
    const first = switchMode('/url', 'https://a.example', 'expression', new Map())
    expect(first.value).toBe('{{ "https://a.example" }}')
    const back = switchMode('/url', '{{ trigger.url }}', 'fixed', first.alternatives)
    expect(back.value).toBe('https://a.example')
    const again = switchMode('/url', 'https://b.example', 'expression', back.alternatives)
    expect(again.value).toBe('{{ trigger.url }}')
    expect(again.alternatives.get('/url')).toBe('https://b.example')
  })

  it('starts an expression with what was there, or with nothing', () => {
    expect(switchMode('/n', 7, 'expression', new Map()).value).toBe('{{ 7 }}')
    expect(switchMode('/n', { a: [1] }, 'expression', new Map()).value).toBe('{{ {"a":[1]} }}')
    expect(switchMode('/n', undefined, 'expression', new Map()).value).toBe(EMPTY_EXPRESSION)
    expect(switchMode('/n', '{{ 1 }}', 'fixed', new Map()).value).toBeUndefined()
  })

  it('tells the two apart by their text, where templates are resolved at all', () => {
    expect(modeOf(text, 'a {{ b }}')).toBe('expression')
    expect(modeOf(text, 'a')).toBe('fixed')
    expect(modeOf({ ...text, templates: false }, '{{ b }}')).toBe('fixed')
  })
})

describe('problems', () => {
  const problem = (pointer: string, message: string) =>
    ({ pointer, message, code: 'INVALID_PARAM', hint: '' }) as const
  const problems = byPointer([
    problem('/params/url', 'this param is required'),
    problem('/params/body/a', 'too deep'),
    problem('/params/gone', 'there is no param'),
    problem('', 'no trigger leads to it'),
  ])

  it('are said at their field, and inside it where it has no fields of its own', () => {
    expect(messageAt(problems, '/params/url', false)).toBe('this param is required')
    expect(messageAt(problems, '/params/body', true)).toBe('too deep')
    expect(messageAt(problems, '/params/body', false)).toBeUndefined()
  })

  it('say of a text that is no value yet that it is none, so that its control need not', () => {
    const unfinished = byPointer([
      { ...problem('/params/body', 'Body is not JSON'), code: 'UNFINISHED_TEXT' },
      problem('/params/url', 'URL is required'),
    ])
    const told = ['/params/body', '/params/url', '/params'].map((at) => saysUnfinished(unfinished, at))
    expect(told).toEqual([true, false, false])
  })

  it('are said above the form where no field shows them', () => {
    const homeless = homelessProblems(problems, ['/params/url', '/params/body'])
    expect(homeless.map(({ message }) => message)).toEqual(['there is no param', 'no trigger leads to it'])
  })
})
