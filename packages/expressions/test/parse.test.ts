import fc from 'fast-check'
import jsonata from 'jsonata'
import { describe, expect, it } from 'vitest'
import { parseSimple } from '../src/native/parse.js'
import { sources } from './scopes.js'

/** JSONata's own tree without the places in the text, or that it refuses. */
function theirs(source: string): unknown {
  try {
    return JSON.parse(
      JSON.stringify(jsonata(source).ast(), (key, value) => (key === 'position' ? undefined : value)),
    )
  } catch {
    return 'refused'
  }
}

const PIECES = [
  'a',
  'steps',
  'in',
  'and',
  'or',
  'true',
  'null',
  '`a b`',
  '`true`',
  '1',
  '0.5',
  '01',
  '1e3',
  '"x"',
  "'y'",
  '"\\n"',
  '.',
  '.',
  '(',
  ')',
  '=',
  '!=',
  '<',
  '>=',
  '+',
  '-',
  '*',
  '/',
  '&',
  '[',
  '$',
  '/*',
  ' ',
  'é',
  '%',
]

describe('the parser of simple expressions', () => {
  it.each([
    'trigger.body.customerId',
    'steps.fetch.output.body.spend > 1000',
    "trigger.body.country = 'SE' and (steps.`a-b`.output.n + 1) * 2 >= 10 or item != null",
    'a - b - c / d * e & "x"',
    'steps.my-step.output',
    '((((a))))',
    ' a . b ',
    'in.and',
    '`true`',
  ])('reads %s as JSONata does', (source) => {
    const ours = parseSimple(source)
    if (source !== 'in.and') expect(ours).toBeDefined()
    if (ours !== undefined) expect(ours).toEqual(theirs(source))
  })

  it('agrees with JSONata wherever it gives a tree', () => {
    let parsed = 0
    const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(fc.oneof(sources, text), (source) => {
        const ours = parseSimple(source)
        if (ours === undefined) return
        parsed++
        expect(ours).toEqual(theirs(source))
      }),
      { numRuns: 20_000 },
    )
    // The property would say nothing if it always gave up.
    expect(parsed).toBeGreaterThan(2_000)
  })

  it.each([
    '',
    '(',
    'a.',
    'a b',
    'a[0]',
    '$x',
    'f(1)',
    '-1',
    'a.1',
    '1 2',
    '"a\\"b"',
    '/a/',
    '(a).b',
    `${'('.repeat(60)}a${')'.repeat(60)}`,
  ])('leaves %j to JSONata', (source) => expect(parseSimple(source)).toBeUndefined())
})
