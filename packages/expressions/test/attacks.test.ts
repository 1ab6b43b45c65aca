import { MillraceError } from '@millrace/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compileExpression } from '../src/index.js'
import { scopeOf } from './scopes.js'

/** A graph of thirty shared levels: cheap to make, endless to walk. */
const bomb = (make: string, use: string) =>
  `($f := function($x, $n) { $n = 0 ? $x : $f(${make}, $n - 1) }; $b := $f(1, 40); ${use})`
const TREE = '{"a": $x, "b": $x}'
const LIST = '[[$x], [$x]]'
const GROW = '($f := function($s, $n) { $n = 0 ? $s : $f($s & $s, $n - 1) }; $f("x", 40))'
const KEYS = JSON.stringify(Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, [1]])))

const LIMITED = [
  '($f := function($x){$f($x)}; $f(1))',
  '($f := function($x){1 + $f($x)}; $f(1))',
  '($f := function($x){[$f($x), $f($x)]}; $f(1))',
  '[1..10000000]',
  '[1..1000000].[1..1000000]',
  '$map([1..1000000], function($i) { $i * 2 })',
  '$map([1..1000000], $string)',
  '$map($map([1..1000000], $string), /x/)',
  '$reduce([1..1000000], $append)',
  '$pad("x", 100000000)',
  '$pad("x", -100000000, "ab")',
  GROW,
  `$length(${GROW})`,
  `${GROW} = "y"`,
  '($s := $pad("", 5000000, "ab"); $join([$s, $s, $s]))',
  '$join($map([1..100000], $string), $pad("", 1000, "x"))',
  '($s := $pad("", 1000000, "a"); $replace($s, "a", $s))',
  '($s := $pad("", 100000, "a"); $replace($s, /a/, $s))',
  '($s := $pad("", 100000, "a"); $replace($s, /a/, function($m) { $s }))',
  '($s := $pad("", 9000000, "a"); $split($s, ""))',
  '($s := $pad("", 9000000, "a"); $split($s, "a"))',
  '($s := $pad("", 1000000, "a"); $split($s, /a/))',
  '($s := $pad("", 1000000, "a"); $match($s, /a/))',
  '($s := $pad("", 100000, "a"); $match($s, /a.*b|a/))',
  '($s := $pad("", 9000000, "a"); $contains($s, /(a+)+$/))',
  '($s := $pad("", 9000000, "a"); $contains($s, "b" & $substring($s, 0, 900000)))',
  '($s := $pad("", 9000000, "a"); $substring($s, 1))',
  '$sort([1..1000000], function($a, $b) { $a < $b })',
  '$sort([1..1000000], $append)',
  '[1..1000000]^(>$)',
  '$distinct($map([1..100000], function($i) { {"i": $i} }))',
  '$distinct([1..20000].{"i": $})',
  '$spread([1..1000000].{"i": $})',
  '$zip([1..1000000], [1..1000000], [1..1000000])',
  '$toMillis($pad("", 99, "a") & "1", "[MNn][MNn][MNn][MNn][MNn][MNn][MNn][MNn][MNn][MNn]")',
  '$toMillis($pad("", 99, "1") & "x", "[Y]1[M]1[D]1[H]1[m]1[s]1[f]")',
  '$formatNumber(1, $pad("", 1000000, "#"))',
  '$fromMillis(0, $pad("", 999999, "[Y]"))',
  bomb(TREE, '$b'),
  bomb(TREE, '$string($b)'),
  bomb(TREE, '$b & ""'),
  bomb(TREE, '$b = $f(1, 40)'),
  bomb(TREE, '$clone($b)'),
  bomb(TREE, '$count($b.**)'),
  bomb(TREE, '$each($b, $string)'),
  bomb(LIST, '$boolean($b)'),
  bomb(LIST, '$not($b)'),
  bomb(LIST, '$b ? 1 : 2'),
  bomb(LIST, '$keys($b)'),
  bomb(LIST, '$lookup($b, "x")'),
  bomb(LIST, '$b.x'),
  '[1..1000].$$ & ""',
  '[1..100000].($$)',
]

describe('what would freeze or fill the process', () => {
  // Counts turns of the event loop: leases, timers and sockets live on them.
  let ticks = 0
  let timer: NodeJS.Timeout
  beforeAll(() => {
    timer = setInterval(() => ticks++, 1)
  })
  afterAll(() => clearInterval(timer))

  it.each(LIMITED)('ends with EXPRESSION_LIMIT: %s', async (source) => {
    const before = ticks
    const error = await compileExpression(source)
      .evaluate(scopeOf({ text: 'x'.repeat(100_000) }))
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(MillraceError)
    expect((error as MillraceError).message.length).toBeLessThan(1_000)
    expect((error as MillraceError).code).toBe('EXPRESSION_LIMIT')
    expect(ticks).toBeGreaterThanOrEqual(before)
  })

  it('ends for data with many members', async () => {
    const scope = scopeOf(JSON.parse(KEYS))
    expect(await compileExpression('$count(trigger.body.*)').evaluate(scope)).toBe(20_000)
    expect(await compileExpression('$sum($sort($reverse([1..20000])))').evaluate(scope)).toBe(200_010_000)
    expect(await compileExpression('$count($distinct([1..20000]))').evaluate(scope)).toBe(20_000)
  })

  it('lets the event loop turn between evaluations, also when a chain of them never waits', async () => {
    const endless = compileExpression('($f := function($x){$f($x)}; $f(1))')
    const before = ticks
    for (let round = 0; round < 3; round++) await expect(endless.evaluate({})).rejects.toThrow(MillraceError)
    expect(ticks - before).toBeGreaterThanOrEqual(2)
  })

  it('does not make honest evaluations late, however many are asked for at once', async () => {
    const honest = compileExpression('$sum([1..500].($ * 2))')
    const values = await Promise.all(Array.from({ length: 200 }, () => honest.evaluate({})))
    expect(new Set(values)).toEqual(new Set([250_500]))
  })
})

describe('what is refused', () => {
  it.each([
    ['$eval("1 + 1")', 'EXPRESSION_FAILED', '$eval is switched off'],
    ['[$eval("1")]', 'EXPRESSION_FAILED', '$eval is switched off'],
    ['$map(["1"], $eval)', 'EXPRESSION_FAILED', '$eval is switched off'],
    ['$match("x", /(?=x)/)', 'EXPRESSION_FAILED', 'not RE2'],
    ['$match("x", /(x)\\1/)', 'EXPRESSION_FAILED', 'not RE2'],
    ['$match("x", /(((x{100}){100}){100}){100}/)', 'EXPRESSION_FAILED', 'not RE2'],
    ['trigger.(', 'EXPRESSION_FAILED', ''],
    ['1 +', 'EXPRESSION_FAILED', ''],
    ['"x" + 1', 'EXPRESSION_FAILED', ''],
    ['$unknown()', 'EXPRESSION_FAILED', ''],
    ['1 / 0', 'EXPRESSION_FAILED', ''],
    ['$number("x")', 'EXPRESSION_FAILED', ''],
    ['($a := {"x": 1}; $c := $a ~> |$a|{"self": $a}|; $string($a))', 'EXPRESSION_FAILED', 'only change'],
    ['$ ~> |$$|{"n": 5}|', 'EXPRESSION_FAILED', 'only change'],
    ['{"__proto__": {"polluted": 1}, "a": 1}', 'EXPRESSION_FAILED', '__proto__'],
    ['{"a": 1} ~> |$|{"__proto__": {"polluted": 1}}|', 'EXPRESSION_FAILED', '__proto__'],
    ['$merge([{"a": 1}, {"__proto__": 1}])', 'EXPRESSION_FAILED', '__proto__'],
    ['$error("mine")', 'EXPRESSION_FAILED', 'mine'],
    ['function($x) { $x }', 'EXPRESSION_FAILED', 'function'],
    ['{"f": function($x) { $x }}', 'EXPRESSION_FAILED', 'function'],
    ['[$string]', 'EXPRESSION_FAILED', 'function'],
    ['/x/', 'EXPRESSION_FAILED', 'function'],
  ])('%s', async (source, code, message) => {
    const evaluation = (async () => compileExpression(source).evaluate({}))()
    await expect(evaluation).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
  })

  it('a pattern that is no RE2, when it is compiled', () => {
    expect(() => compileExpression('$match(x, /(?<=a)b/)')).toThrow(
      expect.objectContaining({ code: 'EXPRESSION_FAILED', message: expect.stringContaining('look-around') }),
    )
  })

  it('sources that are endless, and sources that nest without end', () => {
    expect(() => compileExpression('x'.repeat(100_001))).toThrow(
      expect.objectContaining({ code: 'EXPRESSION_LIMIT' }),
    )
    expect(() => compileExpression('('.repeat(50_000))).toThrow(MillraceError)
  })

  it('nothing that only looks evil', async () => {
    const scope = { text: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaa!' }
    expect(await compileExpression('$match(text, /^(a+)+$/)').evaluate(scope)).toBeUndefined()
    expect(await compileExpression('$contains(text, /^(a|a)*!$/)').evaluate(scope)).toBe(true)
  })
})

describe('prototypes', () => {
  it.each([
    'constructor',
    '__proto__',
    '$lookup($, "__proto__")',
    '$lookup($, "constructor")',
    '$lookup([], "length")',
    '"x".length',
    '"x".constructor',
    '[1].constructor',
    '$string.constructor',
    '$string.implementation',
    '($f := function($x) { $x }; $f.environment)',
    '$keys($string)',
  ])('%s reaches nothing', async (source) => {
    const value = await compileExpression(source)
      .evaluate({})
      .catch((error: unknown) => (error as MillraceError).code)
    expect(value === undefined || value === 'EXPRESSION_FAILED').toBe(true)
  })

  it('are out of reach of members that are called like their own, which are data', async () => {
    const value = await compileExpression('{"constructor": 1, "prototype": {"toString": 2}}').evaluate({})
    expect(value).toEqual({ constructor: 1, prototype: { toString: 2 } })
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(await compileExpression('a.constructor').evaluate({ a: { constructor: 'data' } })).toBe('data')
  })

  it('are not changed by data that JSON.parse has given a member __proto__', async () => {
    const scope = scopeOf(JSON.parse('{"a": {"__proto__": {"polluted": 1}}}'))
    for (const source of [
      '$merge(trigger.body.a)',
      '$sift(trigger.body.a, $exists)',
      'trigger.body ~> |a|{"b": 1}|',
    ])
      await expect(compileExpression(source).evaluate(scope)).rejects.toMatchObject({
        code: 'EXPRESSION_FAILED',
      })
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
})
