import { afterAll, describe, expect, it } from 'vitest'
import { createScriptRunner } from '../src/index.js'
import { runWith } from './runner.js'

const runner = createScriptRunner({ threads: 1 })
const run = runWith(runner)
afterAll(() => runner.close())

const SLEEP = 'const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))\n'

describe('a rejection that nothing handles fails the script, as in Node', () => {
  it.each([
    ['of a promise that nobody awaits', 'Promise.reject(new Error("x")); return 1'],
    [
      'of an async function that is only called',
      'const f = async () => { throw new Error("x") }; f(); return 1',
    ],
    ['of one that a list calls', '[1].forEach(async () => { throw new Error("x") }); return 1'],
    ['in a later turn', `${SLEEP}const f = async () => { await null; throw new Error("x") }; f(); return 1`],
    [
      'while the script waits',
      `${SLEEP}sleep(1).then(() => { throw new Error("x") }); await sleep(20); return 1`,
    ],
    [
      'before it is handled too late',
      `${SLEEP}const p = Promise.reject(new Error("x")); await sleep(1); await p`,
    ],
    [
      'of a promise derived from one that is handled',
      'const p = Promise.reject(new Error("x")); p.catch(() => {}); p.then(() => {}); return 1',
    ],
    ['while another promise is returned', 'Promise.reject(new Error("x")); return new Promise(() => {})'],
  ])('%s', async (_, code) => {
    await expect(run(code)).rejects.toMatchObject({
      code: 'SCRIPT_FAILED',
      message: expect.stringMatching(/^unhandled rejection: Error: x( \(line \d+\))?$/),
    })
  })

  it('names what was thrown where it is no error', async () => {
    await expect(run('Promise.reject({ a: 1 }); return 1')).rejects.toThrow('unhandled rejection: {"a":1}')
  })

  it.each([
    ['at once', 'Promise.reject(new Error("x")).catch(() => {}); return 1'],
    [
      'in the same turn',
      'const p = Promise.reject(new Error("x")); await null; try { await p } catch {} return 1',
    ],
    [
      'by who awaits them all',
      'const f = async (n) => { if (n) throw n; return n }; const all = await Promise.allSettled([f(0), f(1)]); return all.length',
    ],
    ['by the race that they lose', 'await Promise.race([1, Promise.reject(new Error("x"))]); return 1'],
    ['as the result of the script', 'return Promise.reject(new Error("x")).catch(() => 1)'],
  ])('one that is handled does not: %s', async (_, code) => {
    expect((await run(code)).value).toBeTypeOf('number')
  })

  it('a million of them that are handled take no memory', async () => {
    const code =
      'const f = async () => { throw new Error("x") }; let n = 0; while (n < 200000) try { await f() } catch { n++ } return n'
    expect((await run(code, { timeoutMs: 60_000 })).value).toBe(200_000)
  }, 60_000)

  it('nothing is left of it for the next script', async () => {
    await expect(run('Promise.reject(1); return 1')).rejects.toThrow()
    expect((await run('return 2')).value).toBe(2)
  })
})

describe('timers', () => {
  it('that throw while the script waits fail it', async () => {
    const code = `${SLEEP}setTimeout(() => { throw new Error("late") }, 1); await sleep(50); return 1`
    await expect(run(code)).rejects.toMatchObject({
      code: 'SCRIPT_FAILED',
      message: expect.stringContaining('Error: late'),
    })
  })

  it('that wait when it has ended are never called, and a line says so', async () => {
    const one = await run('setTimeout(() => { throw new Error("x") }); return 1')
    expect(one.value).toBe(1)
    expect(one.logs).toEqual([
      { level: 'warn', message: 'the script has ended: a timer that was still waiting will never be called' },
    ])
    const { logs } = await run('setInterval(() => {}); setTimeout(() => {}, 1e6); return Promise.resolve()')
    expect(logs[0]?.message).toBe(
      'the script has ended: 2 timers that were still waiting will never be called',
    )
    expect((await run('clearTimeout(setTimeout(() => {}, 10)); return 1')).logs).toEqual([])
  })
})

it('a script that parses JSON badly runs once, though it may await', async () => {
  const lines: string[] = []
  const code = 'console.log("once"); const f = async () => { await null }; JSON.parse("{")'
  await expect(run(code, { log: ({ message }) => lines.push(message) })).rejects.toThrow('SyntaxError')
  expect(lines).toEqual(['once'])
})
