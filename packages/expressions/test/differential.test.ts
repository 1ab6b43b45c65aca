import { parseJson, stringifyJson } from '@millrace/contracts'
import fc from 'fast-check'
import jsonata from 'jsonata'
import { describe, expect, it } from 'vitest'
import { compileGuarded, type GuardedExpression } from '../src/evaluator/guarded.js'
import { Expression } from '../src/expression.js'
import { GIVE_UP } from '../src/native/native.js'
import { parseSimple } from '../src/native/parse.js'
import { deepFreeze, json } from './scopes.js'

/** The language's features over a few names, so that expressions often meet something. */
const names = fc.constantFrom('a', 'b', 'c', 'constructor', 'toString', 'length')
const name = names.map((each) => `\`${each}\``)
const literal = fc.constantFrom(
  '0',
  '1',
  '2.5',
  '-1',
  '"x"',
  '""',
  '"10"',
  'true',
  'false',
  'null',
  '[]',
  '[1]',
  '{}',
)

const sources: fc.Arbitrary<string> = fc.letrec<{ e: string; path: string }>((tie) => {
  const e = tie('e')
  const pair = (shape: (x: string, y: string) => string) => fc.tuple(e, e).map(([x, y]) => shape(x, y))
  const one = (shape: (x: string) => string) => e.map(shape)
  return {
    path: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      name,
      fc.tuple(tie('path'), name).map(([path, step]) => `${path}.${step}`),
      fc
        .tuple(
          tie('path'),
          fc.constantFrom('[0]', '[-1]', '[]', '.*', '.**', '[$ > 1]', '[a]', '[a = b]', '.$', '.%.a'),
        )
        .map(([path, tail]) => path + tail),
      fc.tuple(tie('path'), e).map(([path, inner]) => `${path}.(${inner})`),
      fc.tuple(tie('path'), e).map(([path, inner]) => `${path}.{"k": ${inner}}`),
      fc.tuple(tie('path'), e).map(([path, inner]) => `${path}.[${inner}]`),
      fc
        .tuple(
          tie('path'),
          fc.constantFrom(
            '@$v.b[$v = a]',
            '#$i[$i > 0]',
            '#$i.{"i": $i}',
            '^(a)',
            '^(>b, a)',
            '{"k": $count($)}',
          ),
        )
        .map(([path, tail]) => path + tail),
    ),
    e: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 4, arbitrary: tie('path') },
      { weight: 2, arbitrary: literal },
      fc
        .tuple(
          e,
          fc.constantFrom('+', '-', '*', '/', '%', '=', '!=', '<', '<=', '>', '>=', 'and', 'or', '&', 'in'),
          e,
        )
        .map(([x, operator, y]) => `(${x} ${operator} ${y})`),
      pair((x, y) => `(${x} ? ${y} : 1)`),
      pair((x, y) => `[${x}, ${y}]`),
      pair((x, y) => `{"a": ${x}, "b": ${y}}`),
      pair((x, y) => `($x := ${x}; [$x, ${y}])`),
      pair((x, y) => `$append(${x}, ${y})`),
      pair((x, y) => `$merge([{"a": ${x}}, {"b": ${y}}])`),
      pair((x, y) => `$map(${x}, function($v, $i) { [$v, $i, ${y}] })`),
      pair((x, y) => `$filter(${x}, function($v) { $v = ${y} })`),
      pair((x, y) => `$reduce([${x}, ${y}], $append)`),
      pair((x, y) => `$zip([${x}], [${y}])`),
      one((x) => `$sift(${x}, function($v, $k) { $k != "b" })`),
      one((x) => `$each(${x}, function($v, $k) { $k })`),
      one((x) => `(${x} ~> $string)`),
      one((x) => `{"r": ${x}} ~> |$|{"s": r}, "r"|`),
      one((x) => `$sort([${x}])`),
      fc
        .tuple(
          fc.constantFrom(
            'count',
            'exists',
            'boolean',
            'not',
            'type',
            'string',
            'keys',
            'spread',
            'reverse',
            'distinct',
            'sum',
            'max',
            'average',
            'number',
            'length',
            'uppercase',
            'trim',
            'abs',
            'floor',
            'round',
            'sqrt',
            'lookup',
            'join',
            'single',
            'clone',
          ),
          e,
        )
        .map(([called, x]) => (called === 'lookup' ? `$lookup(${x}, "a")` : `$${called}(${x})`)),
      fc
        .tuple(fc.constantFrom('substring(', 'pad(', 'split(', 'contains(', 'substringBefore('), e)
        .map(
          ([called, x]) => `$${called}${x}, ${called === 'substring(' || called === 'pad(' ? '2' : '"x"'})`,
        ),
      one((x) => `$match(${x}, /x(y)?/)`),
      one((x) => `$replace(${x}, /x/, "<$0>")`),
    ),
  }
}).e

/** Of twelve digits: JSONata's transforms copy numbers by way of text, and lose what is behind the fifteenth. */
const data = fc
  .dictionary(names, json, { maxKeys: 5 })
  .map((given) =>
    JSON.parse(
      JSON.stringify(given, (_, value) =>
        typeof value === 'number' ? Number(value.toPrecision(12)) : value,
      ),
    ),
  )

type Outcome = { value: unknown } | 'failed'

/** What JSONata itself says, on data of its own. */
async function theirs(source: string, text: string): Promise<Outcome> {
  try {
    const value: unknown = await jsonata(source).evaluate(JSON.parse(text))
    const plain = value === undefined ? undefined : JSON.stringify(value, refuseWhatIsNoJson)
    return { value: plain === undefined ? undefined : parseJson(plain) }
  } catch {
    return 'failed'
  }
}

function refuseWhatIsNoJson(_: string, value: unknown): unknown {
  if (typeof value === 'function' || (typeof value === 'number' && !Number.isFinite(value)))
    throw new Error('no JSON')
  const isFunction =
    typeof value === 'object' &&
    value !== null &&
    ('_jsonata_lambda' in value || '_jsonata_function' in value)
  if (isFunction) throw new Error('no JSON')
  return value
}

const ours = (source: string, scope: object): Outcome => compiled(source)(scope)

/** What does not parse fails whatever the scope. */
function compiled(source: string): (scope: object) => Outcome {
  try {
    const expression = compileGuarded(source)
    return (scope) => evaluated(expression, scope)
  } catch {
    return () => 'failed'
  }
}

function evaluated(expression: GuardedExpression, scope: object): Outcome {
  try {
    const value = expression.evaluate(scope)
    return { value: value === undefined ? undefined : parseJson(stringifyJson(value)) }
  } catch {
    return 'failed'
  }
}

/** Where ours differs on purpose, a value of theirs may be refused: see "Expressions" in docs/WORKFLOWS.md. */
const isRefusedOnPurpose = (source: string, outcome: Outcome): boolean =>
  outcome === 'failed' && /[/%*+-]|average|sum|sqrt/.test(source)

/** Of a simple source only: compiling another would be for nothing. */
const tryNow = (source: string, scope: object): unknown =>
  parseSimple(source) === undefined ? GIVE_UP : new Expression(source).tryNow(scope)

describe('the evaluator', () => {
  it('gives what JSONata gives, and fails where it fails', async () => {
    let values = 0
    await fc.assert(
      fc.asyncProperty(sources, data, async (source, given) => {
        const text = JSON.stringify(given)
        const [mine, reference] = [ours(source, deepFreeze(JSON.parse(text))), await theirs(source, text)]
        if (mine !== 'failed' && mine.value !== undefined) values++
        if (isRefusedOnPurpose(source, mine)) return
        expect(mine).toEqual(reference)
      }),
      { numRuns: 4_000, seed: 7 },
    )
    // The property would say nothing if everything failed or came to nothing.
    expect(values).toBeGreaterThan(1_000)
  })

  it('gives the same again, frozen or not, and leaves its input as it was', () => {
    fc.assert(
      fc.property(sources, data, (source, given) => {
        const text = JSON.stringify(given)
        const [loose, frozen] = [JSON.parse(text), deepFreeze(JSON.parse(text))]
        const evaluate = compiled(source)
        const first = evaluate(loose)
        expect(JSON.stringify(loose)).toBe(text)
        expect(evaluate(loose)).toEqual(first)
        expect(evaluate(frozen)).toEqual(first)
      }),
      { numRuns: 2_000, seed: 11 },
    )
  })

  it('agrees with the closures of simple expressions', () => {
    fc.assert(
      fc.property(sources, data, (source, given) => {
        const scope = deepFreeze(parseJson(JSON.stringify(given))) as object
        const native = tryNow(source, scope)
        if (native !== GIVE_UP) expect(ours(source, scope)).toEqual({ value: native })
      }),
      { numRuns: 2_000, seed: 13 },
    )
  })

  it('shares nothing of its input with a result', () => {
    const scope = { a: [{ b: [1] }] }
    const value = compileGuarded('$append(a, a)').evaluate(scope) as { b: number[] }[]
    value[0]!.b.push(2)
    expect(scope).toEqual({ a: [{ b: [1] }] })
  })
})

describe('what others read stays as it is', () => {
  it.each([
    ['src.{"n": $count($)}', { src: [[]] }],
    ['src{"n": $count($)}', { src: [] }],
    ['src.a(1)', { src: { a: { b: 1 } } }],
    ['src[]', { src: [[1]] }],
    ['$ ~> |src|{"b": $$}|', { src: { a: 1 } }],
    ['src#$i{"k": $i}', { src: [1, 2] }],
    ['src@$v{"p": $v, "q": $v}', { src: [1, 2] }],
    ['$reverse(src)', { src: [1, 2] }],
    ['src^(>$)', { src: [1, 2] }],
  ])('%s', (source, given) => {
    const text = JSON.stringify(given)
    expect(ours(source, given)).toEqual(ours(source, deepFreeze(JSON.parse(text))))
    expect(JSON.stringify(given)).toBe(text)
    expect(
      Reflect.ownKeys(given.src).filter((key) => typeof key === 'symbol' || !/^(\d+|length|a)$/.test(key)),
    ).toEqual([])
  })
})
