import { parseJson, stringifyJson } from '@millrace/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileExpression } from '../src/index.js'
import { deepFreeze, json, sources } from './scopes.js'

const DATA = {
  items: [
    { name: 'a', n: 1, tags: [] },
    { name: 'b', n: 2, tags: ['x'] },
  ],
  one: [{ name: 'a' }],
  none: [],
  body: { deep: { n: 1 } },
}
const evaluate = (source: string) => compileExpression(source).evaluate(deepFreeze(structuredClone(DATA)))

/** Plain as JSON.parse would make it: no marks on arrays, no odd prototypes, nothing undefined. */
function expectPlain(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  expect(Object.getPrototypeOf(value)).toBe(Array.isArray(value) ? Array.prototype : Object.prototype)
  expect(Reflect.ownKeys(value)).toEqual(
    Array.isArray(value) ? [...value.keys()].map(String).concat('length') : Object.keys(value),
  )
  for (const member of Object.values(value)) {
    expect(member).toBeDefined()
    expectPlain(member)
  }
}

describe('the scope', () => {
  it.each([
    ['items[]', DATA.items],
    ['one.name[]', ['a']],
    ['none[]', []],
    ['none{"a": 1}', { a: 1 }],
    ['items{name: n}', { a: 1, b: 2 }],
    ['$ ~> |body|{"n": 5}|', { ...DATA, body: { ...DATA.body, n: 5 } }],
    ['$append(none, 1)', [1]],
    ['$sort(items, function($a, $b) { $a.n < $b.n }).name', ['b', 'a']],
    ['items^(>n).name', ['b', 'a']],
    ['$reverse(items).name', ['b', 'a']],
    ['$merge(items)', { name: 'b', n: 2, tags: ['x'] }],
    ['items@$i.{"n": $i.n}', [{ n: 1 }, { n: 2 }]],
    ['items.%.body.deep.n', [1, 1]],
    ['**.n', [1, 2, 1]],
    ['body.*', { n: 1 }],
    ['*.name', ['a', 'b', 'a']],
  ])('is not changed by %s', async (source, expected) => {
    const value = await evaluate(source)
    expectPlain(value)
    if (expected !== undefined) expect(value).toEqual(expected)
    expect(await evaluate('$')).toEqual(DATA)
  })

  it('is never changed, whatever the expression, and results are plain', async () => {
    await fc.assert(
      fc.asyncProperty(sources, json, async (source, data) => {
        // Data as they are read: big integers with all their digits.
        const read = parseJson(JSON.stringify(data))
        const scope = deepFreeze({ a: read, b: { a: read } })
        const value = await compileExpression(source)
          .evaluate(scope as Record<string, unknown>)
          .catch((error: Error) => {
            expect(error.message).not.toMatch(/read only|not extensible|object is not/)
          })
        if (value !== undefined) expect(parseJson(stringifyJson(value))).toEqual(value)
      }),
      { numRuns: 500 },
    )
  })
})

describe('results', () => {
  it.each([
    ['$power(3, 34)', 16_677_181_699_666_569n],
    ['$power(-3, 41) + 1', -36_472_996_377_170_786_402n],
    ['$power(2, 70)', 2 ** 70],
    ['$power(3, 2)', 9],
    ['$power(2, -1)', 0.5],
    ['$power(1.5, 2)', 2.25],
    ['items.name', ['a', 'b']],
    ['items[n = 1]', DATA.items[0]],
    ['items[n > 5]', undefined],
    ['[items[n > 5]]', []],
    ['[1..3]', [1, 2, 3]],
    ['{"a": missing, "b": null}', { b: null }],
    ['[missing, 1]', [1]],
    // Where a member is a list, so is the result, as of JSONata.
    ['{"k": [1]}.*', [1]],
    ['{"k": [[], []]}.*', []],
    ['{"k": 1}.*', 1],
    // JSON has no negative zero.
    ['-2 % 1', 0],
    ['0 * -1', 0],
    ['(items[0].n - 1) * -1', 0],
    ['$round(-0.4)', 0],
    ['$match("ab1", /([a-z])(\\d)/)', { match: 'b1', index: 1, groups: ['b', '1'] }],
    ['$replace("a-b", /(\\w)-(\\w)/, "$2-$1")', 'b-a'],
    ['$replace("aXbXc", "X", "")', 'abc'],
    ['$replace("aXbXc", "X", "-", 1)', 'a-bXc'],
    ['$split("a,b,c", ",", 2)', ['a', 'b']],
    ['$split("a1b2c", /\\d/)', ['a', 'b', 'c']],
    ['$join(["a", "b"], "-")', 'a-b'],
    ['$length("a😀b")', 3],
    ['$substring("a😀bc", 1, 2)', '😀b'],
    ['$pad("x", 4, "ab")', 'xaba'],
    ['$pad("x", -4, "😀")', '😀😀😀x'],
    ['$pad("xyz", 2)', 'xyz'],
    ['$substringBefore("a=b", "=")', 'a'],
    ['$distinct([1, 1, "1", {"a": [1]}, {"a": [1]}, null, null, [1], [1]])', [1, '1', { a: [1] }, null, [1]]],
    ['$sort([3, 1, 2])', [1, 2, 3]],
    ['$sort(["b", "a"])', ['a', 'b']],
    ['$spread([{"a": 1, "b": 2}, {"c": 3}])', [{ a: 1 }, { b: 2 }, { c: 3 }]],
    ['$reduce([1, 2, 3], function($sum, $n) { $sum + $n })', 6],
    ['$reduce([1, 2], $append)', [1, 2]],
    ['$map(["a", "b"], $uppercase)', ['A', 'B']],
    ['["a", "b"] ~> $map($pad(?, 3, "-"))', ['a--', 'b--']],
    ['$toMillis("14 March 2026", "[D] [MNn] [Y]")', 1773446400000],
    ['$fromMillis(0, "[Y0001][M01][D01]")', '19700101'],
    ['$formatNumber(1234.5, "#,##0.00")', '1,234.50'],
    ['$contains("abc", /B/i)', true],
  ])('of %s', async (source, expected) => {
    const value = await evaluate(source)
    expectPlain(value)
    expect(value).toEqual(expected)
  })

  it('take literals of any sensible length', async () => {
    const items = Array.from({ length: 700 }, (_, i) => `body.deep.n + ${i}`)
    expect(await evaluate(`[${items.join(', ')}]`)).toHaveLength(700)
    const members = items.map((item, i) => `"k${i}": ${item}`)
    expect(Object.keys((await evaluate(`{${members.join(', ')}}`)) as object)).toHaveLength(700)
  })

  it('of thousands of operators in a row come out', async () => {
    const sum = Array.from({ length: 2_000 }, (_, i) => `steps.s${i}.output`).join(' + ')
    const steps = Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`s${i}`, { output: i }]))
    expect(await compileExpression(sum).evaluate({ steps })).toBe(1_999_000)
    expect(await compileExpression(sum.replaceAll('+', '&')).evaluate({ steps })).toHaveLength(6_890)
  })

  it('that would nest too deeply are refused before they run', () => {
    const chain = `${'trigger ? 1 : '.repeat(600)}2`
    expect(() => compileExpression(chain)).toThrow(expect.objectContaining({ code: 'EXPRESSION_LIMIT' }))
  })

  it('nested too deeply are refused', async () => {
    const nest = '($f := function($x, $n) { $n = 0 ? $x : $f({"a": $x}, $n - 1) }; $f(1, 300))'
    await expect(evaluate(nest)).rejects.toMatchObject({ code: 'EXPRESSION_LIMIT' })
  })
})

describe('sizes are those that are documented', () => {
  it.each([
    ['[1..1000000] ~> $count()', 1_000_000],
    ['$count([1..1000000])', 1_000_000],
    ['[1..1000000][-1]', 1_000_000],
    ['$length($pad("", 10000000, "x"))', 10_000_000],
  ])('%s is within them', async (source, expected) => {
    expect(await compileExpression(source).evaluate({})).toBe(expected)
  })

  it.each([
    ['[1..1000001] ~> $count()', 'a list of 1,000,001 items, and 1,000,000 are allowed'],
    ['[[1..500000], [1..500000]]', 'a value of more than 1,000,000 members, of which 10 characters are one'],
    ['($a := $pad("", 6000000, "x"); [$a, $a])', 'a value of more than 1,000,000 members'],
    [
      '($a := $pad("", 6000000, "x"); $a & $a)',
      'a text of 12,000,000 characters, and 10,000,000 are allowed',
    ],
    ['$map([1..400000], function($i) { $i + 1 })', 'it takes more than 1,000,000 steps'],
  ])('%s is not', async (source, message) => {
    await expect(compileExpression(source).evaluate({})).rejects.toMatchObject({
      code: 'EXPRESSION_LIMIT',
      message: expect.stringContaining(message),
    })
  })
})
