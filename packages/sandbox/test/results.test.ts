import { type Json, parseJson } from '@millrace/contracts'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { createScriptRunner } from '../src/index.js'
import { runWith } from './runner.js'

const runner = createScriptRunner({ threads: 1 })
const run = runWith(runner)
afterAll(() => runner.close())

describe('results', () => {
  it.each<[string, Json | undefined]>([
    ['return 1 + 1', 2],
    ['return { a: [1, null, "x"] }', { a: [1, null, 'x'] }],
    ['return null', null],
    ['return', undefined],
    ['', undefined],
    ['1 + 1', undefined],
    ['let s = 0; for (let i = 1; i <= 1000; i++) s += i; return { s }', { s: 500_500 }],
    ['return [undefined, 1]', [null, 1]],
    ['return { gone: undefined, f: () => 1 }', {}],
    ['return new Date(0)', '1970-01-01T00:00:00.000Z'],
    ['return Promise.resolve(5)', 5],
    ['const f = async () => { await null; return 6 }; return f()', 6],
    ['return 1 // a comment to the end', 1],
    ['return await 1', 1],
    ['const [a, b] = await Promise.all([1, Promise.resolve(2)]); return a + b', 3],
    ['let s = 0; for await (const n of [1, Promise.resolve(2)]) s += n; return s', 3],
  ])('of %s', async (code, expected) => {
    expect((await run(code)).value).toEqual(expected)
  })

  it.each([
    ['return () => 1', 'function'],
    ['return Symbol("s")', 'symbol'],
    ['return { toJSON() { throw new Error("mine") } }', 'mine'],
    ['return new Promise(() => {})', 'never settles'],
    ['return Promise.reject(new Error("mine"))', 'mine'],
    ['throw "text"', 'text'],
    ['throw null', 'null'],
    ['throw undefined', 'undefined'],
    ['throw { a: 1 }', '{"a":1}'],
    ['const a = { b: 1 }; a.self = a; throw a', '{"b":1,"self":[Circular]}'],
    ['throw [1, new Map([["k", 2]])]', '[1,Map(1) [["k",2]]]'],
  ])('%s is a clear SCRIPT_FAILED', async (code, message) => {
    await expect(run(code)).rejects.toMatchObject({
      code: 'SCRIPT_FAILED',
      message: expect.stringContaining(message),
    })
  })

  it.each<[string, Json]>([
    ['10n', 10],
    ['{ n: 9007199254740993n }', { n: 9_007_199_254_740_993n }],
    ['-0', 0],
    ['2 ** 64', 18_446_744_073_709_551_616n],
    ['1e21', 1e21],
    ['new Map([["a", 1], ["b", [2n]]])', { a: 1, b: [2] }],
    [
      'new Map([[1, "x"], ["b", 2]])',
      [
        [1, 'x'],
        ['b', 2],
      ],
    ],
    ['new Map()', {}],
    ['new Set(["a", "b", "a"])', ['a', 'b']],
    ['{ at: new Date(0), re: /a+/gi }', { at: '1970-01-01T00:00:00.000Z', re: '/a+/gi' }],
    ['Object.assign(new RangeError("far"), { code: 7 })', { name: 'RangeError', message: 'far', code: 7 }],
    ['new Uint8Array([0, 255, 16])', { base64: 'AP8Q' }],
    ['new Uint8Array([1, 2, 3, 4]).buffer', { base64: 'AQIDBA==' }],
    ['new Float64Array([1.5, -2])', [1.5, -2]],
    ['new BigInt64Array([9007199254740993n])', [9_007_199_254_740_993n]],
    ['[new Number(1), new String("s"), new Boolean(false)]', [1, 's', false]],
    ['[ , 1]', [null, 1]],
    ['{ f() {}, s: Symbol("x"), u: undefined }', {}],
    ['{ "constructor": 1, prototype: 2 }', { constructor: 1, prototype: 2 }],
    ['Object.create(null, { a: { value: 1, enumerable: true } })', { a: 1 }],
    ['new (class Point { x = 1; #y = 2; get z() { return 3 } })()', { x: 1 }],
    ['new URL("https://example.com/a?b=c")', 'https://example.com/a?b=c'],
    ['"\\u0000\\ud800"', '\u0000\ud800'],
  ])('keep what JSON has no word for: %s', async (code, expected) => {
    expect((await run(`return ${code}`)).value).toEqual(expected)
  })

  it.each([
    ['NaN', 'the result is NaN'],
    ['{ list: [1, { rate: 1 / 0 }] }', 'the result.list[1].rate is Infinity'],
    ['{ "odd key": -Infinity }', 'the result["odd key"] is -Infinity'],
    ['new Map([["m", new Set([NaN])]])', 'the result.m[0] is NaN'],
    ['new Float32Array([NaN])', 'the result[0] is NaN'],
    ['{ at: new Date("soon") }', 'the result.at is an invalid date'],
    ['{ p: Promise.resolve(1) }', 'the result.p is a Promise'],
    ['{ w: new WeakMap() }', 'the result.w is a WeakMap'],
    ['{ i: [1].values() }', 'the result.i is a Array Iterator'],
    [
      '(() => { const a = { b: [] }; a.b.push(a); return a })()',
      'the result.b[0] holds itself: it is circular',
    ],
    ['JSON.parse(\'{"a": {"__proto__": 1}}\')', 'the result.a.__proto__ is a key that is not accepted'],
    ['new Map([["__proto__", 1]])', 'the result.__proto__ is a key that is not accepted'],
    ['[...Array(250)].reduce((inner) => [inner], 1)', 'is nested more than 200 levels deep'],
  ])('are refused by their path where JSON cannot say them: %s', async (code, message) => {
    await expect(run(`return ${code}`)).rejects.toMatchObject({
      code: 'SCRIPT_FAILED',
      message: expect.stringContaining(message),
    })
  })

  it('may be nested 200 levels deep', async () => {
    const { value } = await run(
      'return [...Array(200)].reduce((inner, _, i) => i % 2 ? [inner] : { inner }, 1)',
    )
    expect(JSON.stringify(value)).toHaveLength(1 + 100 * 2 + 100 * '{"inner":}'.length)
  })

  it('are what JSON says they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue().filter(isAccepted), async (value) => {
        const expected = parseJson(JSON.stringify(value))
        expect((await run('return x', { globals: { x: value as Json } })).value).toEqual(expected)
      }),
      { numRuns: 50 },
    )
  })

  it('say the line of what was thrown, as the author counts', async () => {
    await expect(run('const a = 1\n\nthrow new TypeError("bad")')).rejects.toMatchObject({
      code: 'SCRIPT_FAILED',
      message: 'TypeError: bad (line 3)',
    })
    await expect(run('missing()')).rejects.toThrow(/ReferenceError: .*missing.* \(line 1\)/)
    await expect(run('return { missing }')).rejects.toThrow(/ReferenceError: .*missing.* \(line 1\)/)
    await expect(run('await 1\nmissing()')).rejects.toThrow(/ReferenceError: .*missing.* \(line 2\)/)
    await expect(run('const a = 1\nconst = 2')).rejects.toThrow(/SyntaxError: .* \(line 2\)/)
  })
})

/** Without the key that is refused, and without doubles that JSON writes as another integer: see above. */
const isAccepted = (value: unknown): boolean => !/"__proto__":|\d{17}/.test(JSON.stringify(value))

describe('globals', () => {
  it('are copies that die with the script', async () => {
    const trigger = { list: [1] }
    const code = 'trigger.list.push(2); globalThis.left = 1; return [trigger, typeof left]'
    expect((await run(code, { globals: { trigger } })).value).toEqual([{ list: [1, 2] }, 'number'])
    expect(trigger).toEqual({ list: [1] })
    expect((await run('return [typeof left, typeof trigger]')).value).toEqual(['undefined', 'undefined'])
  })

  it('that are undefined are there, and odd names do no harm', async () => {
    const globals = JSON.parse('{"__proto__": {"p": 1}, "constructor": 1, "a b": 2}')
    const code = 'return [x === undefined, "x" in globalThis, globalThis["a b"]]'
    for (const n of [1, 2n ** 60n])
      expect((await run(code, { globals: { ...globals, n, x: undefined } })).value).toEqual([true, true, 2])
  })
})

describe('console', () => {
  it('gives the lines, in order, with their levels', async () => {
    const { logs } = await run(
      'console.log("a", 1, { b: [2] }); console.warn("w"); console.error(null); console.debug(undefined); console.info(true)',
    )
    expect(logs).toEqual([
      { level: 'info', message: 'a 1 {"b":[2]}' },
      { level: 'warn', message: 'w' },
      { level: 'error', message: 'null' },
      { level: 'debug', message: 'undefined' },
      { level: 'info', message: 'true' },
    ])
  })

  it('stops at 1,000 lines of 10,000 characters', async () => {
    const { logs } = await run('for (let i = 0; i < 5000; i++) console.log(i)')
    expect(logs).toHaveLength(1_001)
    expect(logs[999]?.message).toBe('999')
    expect(logs[1_000]?.message).toContain('more than 1000 lines')
    const long = await run('console.log("x".repeat(50000))')
    expect(long.logs[0]?.message).toHaveLength(10_000)
    expect(long.logs[0]?.message).toMatch(/x… \(cut\)$/)
  })

  it('takes what cannot be written as JSON', async () => {
    const { value, logs } = await run(
      'const a = []; a.push(a); console.log(a); console.log(() => 1); console.log(10n); console.log(Symbol("s")); return 1',
    )
    expect(value).toBe(1)
    expect(logs.map(({ message }) => message)).toEqual(['[[Circular]]', '[Function]', '10n', 'Symbol(s)'])
  })

  it('says of everything what it is', async () => {
    const { logs } = await run(
      'console.log(new Error("e"), new Map([[1, { a: 2 }]]), new Set("ab"), new Date(0), /r/, NaN, -0, "\\u0000", new Uint8Array(2), Promise.resolve())',
    )
    expect(logs[0]?.message).toBe(
      'Error: e Map(1) [[1,{"a":2}]] Set(2) ["a","b"] 1970-01-01T00:00:00.000Z /r/ NaN -0 \0 Uint8Array [0,0] [Promise]',
    )
  })

  it('keeps the lines of scripts that fail, take too long or are ended', async () => {
    for (const [code, more] of [
      ['console.log("before"); throw new Error("x")', {}],
      ['console.log("before"); for (;;);', { timeoutMs: 100 }],
    ] as const) {
      const lines: string[] = []
      await expect(run(code, { ...more, log: ({ message }) => lines.push(message) })).rejects.toThrow()
      expect(lines).toEqual(['before'])
    }
    const caller = new AbortController()
    const heard = new Promise<string>((resolve) => {
      void run('console.log("before"); for (;;);', {
        signal: caller.signal,
        log: ({ message }) => resolve(message),
      }).catch(() => undefined)
    })
    expect(await heard).toBe('before')
    caller.abort()
  })
})
