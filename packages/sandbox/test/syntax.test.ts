import { afterAll, describe, expect, it } from 'vitest'
import { createScriptRunner, loadSyntaxCheck } from '../src/index.js'
import { runWith } from './runner.js'

const runner = createScriptRunner({ threads: 1 })
const run = runWith(runner)
afterAll(() => runner.close())

const ACCEPTED = [
  '',
  'return 1',
  'return await 1',
  'for await (const x of [1]) console.log(x)',
  'if (false) { return 1 } return 2',
  'class A { x = 1; #y = 2; static z = 3; static { this.w = 1 } get y() { return this.#y } has(o) { return #y in o } }',
  'let a; a ??= 1; a ||= 2; a &&= 3; return a?.b?.[0]',
  'return 1_000n ** 2n',
  'const { a = 1, ...rest } = {}; return [a, rest]',
  'label: for (;;) { break label }',
  'return /(?<year>\\d+)(?<=x)/u.flags',
  'return `a\\n`',
  'async function* f() { yield* [1] }',
  'try { null.x } catch { return 1 }',
  'var await_ = 1; return await_',
  'var await = 1; return await',
  'function f() { return new.target } return f()',
  'return import("x").catch(() => 1)',
  'with ({ a: 1 }) return a',
  'return 010',
  '// only a comment',
  'return 1 /* and a comment */',
  'let x = 1\nlet y = 2\nreturn x\n+ y',
  'using: for (;;) break using',
  'debugger',
  'return "\u2028"',
]

const REFUSED: [string, string][] = [
  ['import x from "y"', '1:8'],
  ['export const a = 1', '1:1'],
  ['const a = 1\nconst b = ;', '2:11'],
  ['const = 1', '1:7'],
  ['let a; let a', '1:13'],
  ['return {', '1:9'],
  ['if (true) {\n  return 1', '2:11'],
  ['return 1 +', '1:11'],
  ['return `${1', '1:12'],
  ['return "abc', '1:8'],
  ['class A { #x; #x }', '1:18'],
  ['return this.#x', '1:1'],
  ['return /(/', '1:8'],
  ['break', '1:6'],
  ['"use strict"; with ({}) {}', '1:15'],
  ['const f = () => { await 1 }', '1:25'],
  ['a b', '1:3'],
  ['return 1 }', '1:11'],
  ['const x: number = 1', '1:8'],
  ['yield 1', '1:7'],
  ['/* never closed', '1:1'],
]

describe('what is checked before a script runs is what its run refuses', () => {
  it.each(ACCEPTED)('%j can be read', async (code) => {
    const check = await loadSyntaxCheck()
    expect(check(code)).toBeUndefined()
    // It may throw, or meet a limit; it is read.
    const failure = await run(code, { timeoutMs: 200 }).catch((error: Error) => error.message)
    expect(failure).not.toEqual(expect.stringContaining('SyntaxError'))
  })

  it.each(REFUSED)('%j cannot, at %s', async (code, place) => {
    const check = await loadSyntaxCheck()
    const error = check(code)
    expect(`${error?.line}:${error?.column}`).toBe(place)
    await expect(run(code)).rejects.toThrow('SyntaxError')
  })

  it('nothing runs, and nothing is left for the next', async () => {
    const check = await loadSyntaxCheck()
    expect(check('globalThis.left = 1; for (;;);')).toBeUndefined()
    expect(check('return 1')).toBeUndefined()
  })

  it('nesting beyond the stack is no matter of syntax', async () => {
    const check = await loadSyntaxCheck()
    const code = `return ${'['.repeat(20_000)}${']'.repeat(20_000)}`
    expect(check(code)).toBeUndefined()
    await expect(run(code)).rejects.toMatchObject({ code: 'SCRIPT_LIMIT' })
    expect((await loadSyntaxCheck())('return [')).toMatchObject({ line: 1 })
  })
})
