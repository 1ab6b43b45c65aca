import { exactNumber } from '@millrace/contracts'
import fc from 'fast-check'
import jsonata from 'jsonata'
import { describe, expect, it } from 'vitest'
import { Expression } from '../src/expression.js'
import { GIVE_UP } from '../src/native/native.js'
import { deepFreeze, json, sources } from './scopes.js'

const parse = (text: string): object => JSON.parse(text)

/** What JSONata itself says, without any of our parts. */
async function ask(source: string, scope: object): Promise<{ value: unknown } | 'failed'> {
  try {
    const value: unknown = await jsonata(source).evaluate(scope)
    // Ours refuses what JSON cannot say.
    if (typeof value === 'number' && !Number.isFinite(value)) return 'failed'
    return { value: value === undefined ? undefined : JSON.parse(JSON.stringify(value)) }
  } catch {
    return 'failed'
  }
}

/** What JSONata gives as a double of over sixteen digits, data hold as a big integer. */
const exact = (answer: unknown): unknown => {
  if (typeof answer === 'number') return exactNumber(answer)
  if (Array.isArray(answer)) return answer.map(exact)
  if (typeof answer !== 'object' || answer === null) return answer
  return Object.fromEntries(Object.entries(answer).map(([key, member]) => [key, exact(member)]))
}

describe('native closures', () => {
  it('give what JSONata gives, or give up', async () => {
    let answered = 0
    await fc.assert(
      fc.asyncProperty(sources, fc.dictionary(fc.constantFrom('a', 'b', 'c'), json), async (source, data) => {
        const text = JSON.stringify(data)
        const native = new Expression(source).tryNow(deepFreeze(parse(text)))
        if (native === GIVE_UP) return
        answered++
        const plain = native === undefined ? undefined : JSON.parse(JSON.stringify(native))
        expect(await ask(source, parse(text))).toEqual({ value: plain })
      }),
      { numRuns: 3_000 },
    )
    // The property would say nothing if they always gave up.
    expect(answered).toBeGreaterThan(500)
  })

  it('and the whole expression gives it too, with or without them', async () => {
    await fc.assert(
      fc.asyncProperty(sources, fc.dictionary(fc.constantFrom('a', 'b', 'c'), json), async (source, data) => {
        const text = JSON.stringify(data)
        const ours = await new Expression(source).evaluate(parse(text) as Record<string, unknown>).then(
          (value) => ({ value }),
          () => 'failed',
        )
        expect(exact(ours)).toEqual(exact(await ask(source, parse(text))))
      }),
      { numRuns: 1_000 },
    )
  })

  const ARRAYS = { list: [{ n: 1 }, { n: 2 }], one: [{ n: 1 }], n: 1, s: 'x', o: {}, nothing: null }
  it.each([
    'list.n',
    'one.n',
    'n + s',
    's < n',
    's & n',
    'o = o',
    'list = list',
    'missing = 1',
    'missing + 1',
    'n / 0',
    'n and s',
    'list[0]',
    'n ? 1 : 2',
    '$string(n)',
    'list.(n)',
    '-n',
  ])('give up on %s', (source) => {
    expect(new Expression(source).tryNow(ARRAYS)).toBe(GIVE_UP)
  })

  it.each([
    ['n', 1],
    ['list', ARRAYS.list],
    ['missing.deep', undefined],
    ['nothing', null],
    ['s.n', undefined],
    ['n + 1 * 2', 3],
    ['n = 1 and s = "x"', true],
    ['(s & "y")', 'xy'],
    ['constructor', undefined],
    ['n.toString', undefined],
    ['__proto__', undefined],
  ])('answer %s', (source, value) => {
    expect(new Expression(source).tryNow(ARRAYS)).toEqual(value)
  })

  it('leave a text that is too long, and an expression that is too deep, to the guards', async () => {
    const scope = { s: 'x'.repeat(6_000_000) }
    await expect(new Expression('s & s').evaluate(scope)).rejects.toMatchObject({ code: 'EXPRESSION_LIMIT' })
    expect(new Expression(Array(200).fill('1').join('+')).tryNow(scope)).toBe(GIVE_UP)
  })
})
