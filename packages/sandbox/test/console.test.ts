import { afterAll, describe, expect, it } from 'vitest'
import { createScriptRunner } from '../src/index.js'
import { runWith } from './runner.js'

const runner = createScriptRunner({ threads: 1 })
const run = runWith(runner)
afterAll(() => runner.close())

const printed = async (code: string): Promise<string[]> =>
  (await run(code)).logs.map(({ message }) => message)

describe('placeholders', () => {
  it.each([
    ['"%s %d %o", "a", 4.5, { b: [1] }', 'a 4.5 {"b":[1]}'],
    ['"%s", 10n', '10n'],
    ['"%s", -0', '-0'],
    ['"%s", { a: 1 }', '{"a":1}'],
    ['"%s", new (class { toString() { return "mine" } })()', 'mine'],
    ['"%s", Symbol("q")', 'Symbol(q)'],
    ['"%s", new Error("bad")', 'Error: bad'],
    ['"%d|%d|%d", "42.5", 7n, {}', '42.5|7n|NaN'],
    ['"%i %i", 42.9, "12px"', '42 12'],
    ['"%f", "1.5kg"', '1.5'],
    ['"%j", { a: [1, "x"] }', '{"a":[1,"x"]}'],
    ['"%o %O", "text", [1]', '"text" [1]'],
    ['"%cred", "color: red"', 'red'],
    ['"100%% of %s", "it"', '100% of it'],
    ['"100%%"', '100%%'],
    ['"100% of", 1', '100% of 1'],
    ['"%s and %s", "one"', 'one and %s'],
    ['"%s", "a", "b", { c: 1 }', 'a b {"c":1}'],
    ['"%x %s", 1', '%x 1'],
    ['1, "%s", 2', '1 %s 2'],
    ['', ''],
  ])('of console.log(%s)', async (args, expected) => {
    expect(await printed(`console.log(${args})`)).toEqual([expected])
  })

  it.each(['debug', 'log', 'info', 'warn', 'error', 'trace'])('are of console.%s too', async (method) => {
    expect(await printed(`console.${method}("%s is %d", "a", 1)`)).toEqual(['a is 1'])
  })

  it('stand in what is asserted; console.dir shows one value as it is', async () => {
    const code =
      'console.assert(false, "%s!", "no"); console.assert(false); console.assert(true, "x"); console.dir("%s", "x")'
    expect(await printed(code)).toEqual(['Assertion failed: no!', 'Assertion failed', '%s'])
  })
})
