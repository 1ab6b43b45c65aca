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

describe('names that nothing has', () => {
  it.each<[string, [string, string?][]]>([
    ['triger.x', [['triger', 'trigger']]],
    ['var.z + 1', [['var', 'vars']]],
    ['$.triger.x', [['triger', 'trigger']]],
    ['{"a": [triger.x]}', [['triger', 'trigger']]],
    [
      '$map(stepps.a.output, function($i) { $i.x & itm.y })',
      [
        ['itm', 'item'],
        ['stepps', 'steps'],
      ],
    ],
    ['(foo).bar ? 1 : 2', [['foo']]],
    ['steps.a.ouput', [['steps.a.ouput', 'steps.a.output']]],
    ['trigger.x[name = "a"].{"b": other}', []],
    ['trigger.items{name: price}', []],
    ['trigger.items^(>price)', []],
    ['trigger ~> |items|{"a": price}|', []],
    ['$foo.bar', []],
    ['($x := trigger; $x.any)', []],
    ['item.a & index & value.b & run.id & workflow.name & vars.x', []],
    ['"triger.x" & `trigger`.y /* triger */', []],
    ['secrets.x', []],
    ['**.x', []],
  ])('in %s', (source, unknown) => {
    const found = inspectExpression(source).unknown.map(({ name, meant }) => (meant ? [name, meant] : [name]))
    expect(found.sort()).toEqual(unknown)
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
