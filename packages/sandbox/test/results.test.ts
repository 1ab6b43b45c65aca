import { type Json, parseJson } from '@millrace/contracts'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { createScriptRunner } from '../src/index.js'
import { runWith } from './runner.js'

const runner = createScriptRunner({ maxThreads: 1 })
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
  ])('of %s', async (code, expected) => {
    expect((await run(code)).value).toEqual(expected)
  })

  it.each([
    ['return () => 1', 'function'],
    ['return Symbol("s")', 'symbol'],
    ['return 10n', 'BigInt'],
    ['return { n: 10n }', 'BigInt'],
    ['const a = []; a.push(a); return a', 'circular'],
    ['return { toJSON() { throw new Error("mine") } }', 'mine'],
    ['return new Promise(() => {})', 'never settles'],
    ['return Promise.reject(new Error("mine"))', 'mine'],
    ['throw "text"', 'text'],
    ['throw null', 'null'],
    ['throw undefined', 'undefined'],
    ['throw { a: 1 }', ''],
  ])('%s is a clear SCRIPT_FAILED', async (code, message) => {
    await expect(run(code)).rejects.toMatchObject({
      code: 'SCRIPT_FAILED',
      message: expect.stringContaining(message),
    })
  })

  it('are what JSON says they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
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
    await expect(run('const a = 1\nconst = 2')).rejects.toThrow(/SyntaxError: .* \(line 2\)/)
  })
})

describe('globals', () => {
  it('are copies that die with the script', async () => {
    const trigger = { list: [1] }
    const code = 'trigger.list.push(2); globalThis.left = 1; return [trigger, typeof left]'
    expect((await run(code, { globals: { trigger } })).value).toEqual([{ list: [1, 2] }, 'number'])
    expect(trigger).toEqual({ list: [1] })
    expect((await run('return [typeof left, typeof trigger]')).value).toEqual(['undefined', 'undefined'])
  })

  it('that are undefined do not exist, and odd names do no harm', async () => {
    const globals = JSON.parse('{"__proto__": {"p": 1}, "constructor": 1, "a b": 2}')
    const code = 'return [typeof x, globalThis["a b"]]'
    expect((await run(code, { globals: { ...globals, x: undefined } })).value).toEqual(['undefined', 2])
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
    expect(logs).toHaveLength(1_000)
    const long = await run('console.log("x".repeat(50000))')
    expect(long.logs[0]?.message).toHaveLength(10_000)
  })

  it('takes what cannot be written as JSON', async () => {
    const { value, logs } = await run(
      'const a = []; a.push(a); console.log(a); console.log(() => 1); console.log(10n); console.log(Symbol("s")); return 1',
    )
    expect(value).toBe(1)
    expect(logs).toHaveLength(4)
  })
})
