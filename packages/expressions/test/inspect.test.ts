import { describe, expect, it } from 'vitest'
import { createExpressionChecker, inspectExpression, inspectParams } from '../src/index.js'

describe('inspectExpression', () => {
  it.each([
    ['steps.a.output', ['a']],
    ['steps.`a-b`.output + steps.c.status', ['a-b', 'c']],
    ['$map(steps.a.output, function($x) { $x & steps.b.output })', ['a', 'b']],
    ['{"k": [steps.a.output[steps.b.output = x]]}', ['a', 'b']],
    ['$.steps.a', ['a']],
    ['$$.steps.a', ['a']],
    ['trigger.steps.a', []],
    ['"steps.a"', []],
    ['steps', []],
    ['steps.*.output', []],
  ])('finds the steps of %s', (source, steps) => {
    expect(inspectExpression(source)).toMatchObject({ source, syntaxError: null })
    expect([...inspectExpression(source).steps].sort()).toEqual(steps)
  })

  it.each(['1 +', 'a..b', '$match(x, /(?=y)/)', '('])('tells that %s is none', (source) => {
    expect(inspectExpression(source)).toMatchObject({ steps: [], syntaxError: expect.stringMatching(/./) })
  })
})

describe('inspectParams', () => {
  it('gives every expression with its place, and goes on behind a broken one', () => {
    const params = {
      plain: 'text',
      n: 1,
      url: 'https://a/{{ steps.a.output }}/{{ steps.b.output }}',
      'h/1': [{ k: '{{ 1 + }}' }, '{{ never closed'],
    }
    expect(inspectParams(params)).toMatchObject([
      { pointer: '/url', source: 'steps.a.output', steps: ['a'], syntaxError: null },
      { pointer: '/url', source: 'steps.b.output', steps: ['b'], syntaxError: null },
      { pointer: '/h~11/0/k', steps: [], syntaxError: expect.any(String) },
      { pointer: '/h~11/1', steps: [], syntaxError: expect.stringContaining('never closed') },
    ])
    expect(createExpressionChecker().inspectParams(params)).toEqual(inspectParams(params))
  })
})
