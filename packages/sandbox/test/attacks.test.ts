import { MillraceError } from '@millrace/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createScriptRunner } from '../src/index.js'
import { runnerForTest, runWith } from './runner.js'

const runner = createScriptRunner({ threads: 2 })
const run = runWith(runner)
// Snapshots of the host's objects that scripts like to reach for.
const before = [Object.prototype, Array.prototype, Function.prototype, globalThis].map((object) =>
  Reflect.ownKeys(object),
)
// Turns of the main loop, which renews leases.
let ticks = 0
let timer: NodeJS.Timeout
beforeAll(() => {
  timer = setInterval(() => ticks++, 1)
})
afterAll(async () => {
  clearInterval(timer)
  await runner.close()
})

const LIMITED = [
  'for (;;);',
  'while (true) { try { for (;;); } catch {} }',
  '/^(a+)+$/.test("a".repeat(40) + "!")',
  'const f = () => f(); f()',
  'const f = () => 1 + f(); return f()',
  'const f = () => Promise.resolve().then(f); return f()',
  'const f = async () => { for (;;) await null }; return f()',
  'return { toJSON() { for (;;); } }',
  'const a = []; for (;;) a.push(new Array(1000).fill(1))',
  'let s = "x"; for (;;) s += s',
  'return "x".repeat(1e9)',
  'return new Uint8Array(1e9)',
  'return new Array(1e9).fill(0).map(() => ({}))',
  '[..."x".repeat(3e6)].sort(() => { for (;;); })',
  'JSON.parse("[".repeat(1e6))',
  'const a = {}; let b = a; for (let i = 0; i < 1e5; i++) b = b.a = {}; return a',
]

describe('what takes too much', () => {
  // The engine has no room for its own error then, and throws null.
  it.each([
    'return Array.from({ length: 1e6 }, (_, i) => ({ i })).length',
    'return "ab".repeat(1e6).replace(/a/g, "bb").length',
    'const a = []; for (let i = 0; i < 2e6; i++) a.push({ i }); return a.length',
    'const f = async () => { const a = []; for (;;) a.push({}) }; return f()',
  ])('is a limit where memory is full: %s', async (code) => {
    await expect(run(code, { timeoutMs: 20_000 })).rejects.toMatchObject({
      code: 'SCRIPT_LIMIT',
      message: expect.stringContaining('out of memory'),
    })
  })

  it.each(LIMITED)('ends with an error, which is not retried when a limit ended it: %s', async (code) => {
    const error = await run(code, { timeoutMs: 100 }).catch((thrown: unknown) => thrown)
    if (!(error instanceof MillraceError)) throw new Error('it ended without an error of ours')
    expect(error.code).toMatch(/^SCRIPT_(LIMIT|FAILED)$/)
    expect(error.retryable).toBe(error.code === 'SCRIPT_FAILED')
    // The thread, or the one in its place, still works.
    expect((await run('return 1')).value).toBe(1)
  })

  it('leaves the main loop to its work', async () => {
    const from = ticks
    await expect(run('for (;;);', { timeoutMs: 100 })).rejects.toMatchObject({ code: 'SCRIPT_LIMIT' })
    expect(ticks - from).toBeGreaterThan(3)
  })

  it('keeps to the memory that it is given', async () => {
    const code = 'return new Array(20).fill(0).map(() => new Uint8Array(1e6).fill(1)).length'
    expect((await run(code)).value).toBe(20)
    await expect(run(code, { memoryBytes: 16 * 1024 * 1024 })).rejects.toMatchObject({ code: 'SCRIPT_LIMIT' })
    expect((await run(code)).value).toBe(20)
  })

  it('never fills more than that, in small pieces or large ones', async () => {
    const before = process.memoryUsage().rss
    for (const piece of ['new Uint8Array(1e5).fill(1)', '{ a: [1, 2, 3] }', '"x".repeat(1000) + a.length'])
      await expect(run(`const a = []; for (;;) a.push(${piece})`)).rejects.toMatchObject({
        code: 'SCRIPT_LIMIT',
      })
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024)
  })
})

describe('what reaches for the host', () => {
  it.each([
    'return typeof process + typeof require + typeof module + typeof Buffer + typeof fetch',
    'return Function("return typeof process")()',
    'return (() => {}).constructor("return typeof process")()',
    'return console.log.constructor("return typeof process")()',
    'return Object.getPrototypeOf(async () => {}).constructor("return typeof process")() && "undefined"',
    'return globalThis.constructor.constructor("return typeof process")()',
    'return eval("typeof process")',
    'return (0, eval)("this.process === undefined ? typeof process : 1")',
    'try { null.x } catch (e) { return e.constructor.constructor("return typeof process")() }',
  ])('finds nothing: %s', async (code) => {
    expect((await run(code)).value).toMatch(/^(undefined)+$/)
  })

  it('sees only the language and what needs neither network nor files', async () => {
    const { value } = await run(`
      const names = new Set()
      for (let at = globalThis; at; at = Object.getPrototypeOf(at))
        for (const name of Reflect.ownKeys(at)) names.add(String(name))
      return [...names]`)
    for (const name of ['process', 'require', 'global', 'Buffer', 'fetch', 'WebAssembly', 'std', 'os'])
      expect(value).not.toContain(name)
  })

  it.each([
    'Object.prototype.polluted = 1; return ({}).polluted',
    'Array.prototype.polluted = 1; return [].polluted',
    '({}).__proto__.polluted = 1; return ({}).polluted',
    'Function.prototype.call = () => { throw 1 }; return 1',
    'console.log.__proto__.polluted = 1; return 1',
    'Object.defineProperty(Object.prototype, "toJSON", { value: () => 1 }); return {}',
    'JSON.stringify = () => "not json"; return 1',
    'JSON.stringify = () => 5; JSON.parse = null; return 1',
    'String.prototype.toString = () => "no"; return 1',
    'return JSON.parse(\'{"__proto__": {"polluted": 1}}\').polluted ? 1 : 2',
  ])('leaves the host as it was: %s', async (code) => {
    expect((await run(code)).value).toSatisfy((value) => value === 1 || value === 2)
    const now = [Object.prototype, Array.prototype, Function.prototype, globalThis].map((object) =>
      Reflect.ownKeys(object),
    )
    expect(now.slice(0, 3)).toEqual(before.slice(0, 3))
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect((await run('return [typeof ({}).polluted, JSON.stringify({})]')).value).toEqual([
      'undefined',
      '{}',
    ])
  })

  it.each([
    '}).call(undefined); globalThis.out = 1; (function () { return typeof process',
    '}), (function () { return typeof process',
    '}); JSON.stringify = () => "}{"; (function () { return "undefined"',
    'return "undefined" }).call(); //',
    '*/ return "undefined" /*',
  ])('does not leave the sandbox through the braces around it: %s', async (code) => {
    const outcome = await run(code).then(
      ({ value }) => value,
      (error: { code: string }) => error.code,
    )
    expect(['undefined', undefined, 'SCRIPT_FAILED']).toContain(outcome)
    expect((globalThis as { out?: unknown }).out).toBeUndefined()
    expect((await run('return typeof out')).value).toBe('undefined')
  })
})

describe('threads', () => {
  it('take scripts in order, and wait for nobody', async () => {
    const runTwo = runWith(runnerForTest(2))
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => runTwo(`return ${i}`)))
    expect(results.map(({ value }) => value)).toEqual(Array.from({ length: 20 }, (_, i) => i))
  })

  it('end with an abort, at once and without a trace', async () => {
    const runOne = runWith(runnerForTest(1))
    const caller = new AbortController()
    const endless = runOne('for (;;);', { timeoutMs: 60_000, signal: caller.signal })
    const waiting = runOne('return 1', { signal: caller.signal })
    const patient = runOne('return 2')
    caller.abort(new Error('cancelled'))
    await expect(endless).rejects.toThrow('cancelled')
    await expect(waiting).rejects.toThrow('cancelled')
    expect((await patient).value).toBe(2)
  })

  it('do not start for a signal that was aborted before', async () => {
    const runOne = runWith(runnerForTest(1))
    await expect(runOne('return 1', { signal: AbortSignal.abort(new Error('late')) })).rejects.toThrow('late')
  })

  it('leave no listener behind', async () => {
    const runOne = runWith(runnerForTest(1))
    const { signal } = new AbortController()
    let listeners = 0
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--
      remove(...args)
    }
    await Promise.all([runOne('return 1', { signal }), runOne('return 2', { signal })])
    expect(listeners).toBe(0)
  })

  it('close with what they run and what waits', async () => {
    const own = createScriptRunner({ threads: 1 })
    const runOwn = runWith(own)
    const running = runOwn('for (;;);', { timeoutMs: 60_000 })
    const waiting = runOwn('return 1')
    const outcomes = Promise.allSettled([running, waiting])
    await own.close()
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'SCRIPT_FAILED' } })
    await expect(runOwn('return 1')).rejects.toMatchObject({ code: 'SCRIPT_FAILED' })
  })
})
