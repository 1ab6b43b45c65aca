import { afterAll, describe, expect, it } from 'vitest'
import { createScriptRunner } from '../src/index.js'
import { runWith } from './runner.js'

const runner = createScriptRunner({ threads: 1 })
const run = runWith(runner)
afterAll(() => runner.close())

/** Each is evaluated in the sandbox and here, and must come out alike. */
const ALIKE = [
  'btoa("")',
  'btoa("a") + btoa("ab") + btoa("abc") + btoa("\\u00ff\\u0000~")',
  'atob(" aGVs bG8=\\n") + atob("aGVsbG8")',
  'atob("AP8Q").split("").map((c) => c.charCodeAt(0))',
  '[..."aé€😀\\ud800"].map((c) => [...new TextEncoder().encode(c)])',
  'new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 0xe2, 0x82, 0xac, 0xff]))',
  'new TextDecoder("utf-16le").decode(new Uint16Array([0x41, 0x20ac]))',
  'new TextDecoder("latin1").encoding',
  'String(new URL("../b?x=1#f", "https://user:pw@example.com:8080/a/c"))',
  'const u = new URL("http://h/p"); u.searchParams.append("q", "a&b c"); u.pathname = "/ä"; u.port = "81"; u.hash = "z"; [u.href, u.origin, u.host, u.search]',
  'const u = new URL("http://h/?a=1"); u.search = "?b=2"; [...u.searchParams]',
  'URL.canParse("nothing") + String(URL.canParse("/a", "http://h"))',
  'const p = new URLSearchParams({ a: "1", b: "x y" }); p.append("a", "2"); p.sort(); [String(p), p.getAll("a"), p.get("none"), p.has("b"), p.size]',
  'const p = new URLSearchParams([["a", "1"], ["b", "2"], ["a", "3"]]); p.set("a", "9"); p.delete("b"); [...p.entries()]',
  'String(new URLSearchParams("?q=%F0%9F%98%80+x&bad=%zz"))',
  'structuredClone({ a: [1, { b: new Date(0).getTime() }] })',
  'const a = { n: 1 }; a.self = a; const c = structuredClone(a); [c !== a, c.self === c, c.n]',
  '[...structuredClone(new Map([[1, new Set([2])]])).get(1)]',
  'new Intl.NumberFormat("de-DE", { style: "currency", currency: "EUR" }).format(1234.5)',
  'new Intl.NumberFormat("en").format(12345678901234567890n)',
  'new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeZone: "Asia/Kolkata" }).format(new Date(0))',
  'new Intl.PluralRules("en", { type: "ordinal" }).select(22)',
  'new Intl.ListFormat("en").format(["a", "b", "c"])',
  'new Intl.RelativeTimeFormat("en").format(-3, "day")',
  '["ä", "a", "z"].sort(new Intl.Collator("de").compare)',
  '["ä", "a", "z"].sort((a, b) => a.localeCompare(b, "sv"))',
  '(1234567.891).toLocaleString("en-IN")',
  'Intl.NumberFormat("de").format(1234.5) + Intl.DateTimeFormat("de", { timeZone: "UTC" }).format(new Date(0))',
  '"İ".toLocaleLowerCase("tr") + "i".toLocaleUpperCase("tr")',
  'new Date(0).toLocaleDateString("en-US", { timeZone: "UTC" })',
]

describe('the safe parts of the web', () => {
  it.each(ALIKE)('are as elsewhere: %s', async (code) => {
    const body = code.replace(/([^;]+)$/, ' return $1')
    expect((await run(body)).value).toEqual(new Function(body)())
  })

  // Node's own decoder gives U+0080.
  it.each(['windows-1252', 'latin1', 'ascii'])('decode the bytes of %s by the standard', async (label) => {
    const code = `return new TextDecoder("${label}").decode(new Uint8Array([0x80, 0x93, 0xe9]))`
    expect((await run(code)).value).toBe('€“é')
  })

  it.each([
    ['btoa("€")', 'RangeError'],
    ['atob("a")', 'RangeError'],
    ['atob("€€€€")', 'RangeError'],
    ['new URL("nothing")', 'TypeError: Invalid URL: nothing'],
    ['new TextDecoder("klingon")', 'RangeError'],
    ['new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array([0xff]))', 'TypeError'],
    ['new Intl.NumberFormat("en", { style: "currency" })', 'TypeError'],
    ['structuredClone(() => 1)', 'TypeError'],
  ])('throw as elsewhere: %s', async (code, message) => {
    await expect(run(`return ${code}`)).rejects.toThrow(message)
  })

  it('give every script randomness of its own', async () => {
    const code = 'return [Math.random(), crypto.randomUUID(), ...crypto.getRandomValues(new Uint32Array(2))]'
    const [one, two] = [(await run(code)).value as unknown[], (await run(code)).value as unknown[]]
    expect(one[1]).toMatch(/^[0-9a-f-]{36}$/)
    for (const [i, value] of one.entries()) expect(two[i]).not.toEqual(value)
    const many = (await run('return Array.from({ length: 500 }, Math.random)')).value as number[]
    expect(Math.min(...many)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...many)).toBeLessThan(1)
    expect(new Set(many).size).toBe(500)
  })

  it('live in UTC, wherever the worker stands', async () => {
    const code =
      'return [new Date(2026, 6, 4, 9).toISOString(), new Date(0).getTimezoneOffset(), new Date(0).toLocaleTimeString("en-GB")]'
    expect((await run(code)).value).toEqual(['2026-07-04T09:00:00.000Z', 0, '00:00:00'])
  })
})

describe('timers', () => {
  it('fire in order, while the script waits for them', async () => {
    const code = `const seen = []
      const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
      setTimeout((x) => seen.push(x), 20, 'later')
      const stopped = setTimeout(() => seen.push('never'), 5)
      clearTimeout(stopped)
      let n = 0
      const every = setInterval(() => { seen.push(++n); if (n === 2) clearInterval(every) }, 4)
      queueMicrotask(() => seen.push('first'))
      await0 = sleep(40).then(() => seen)
      return await0`
    expect((await run(`let await0; ${code}`)).value).toEqual(['first', 1, 2, 'later'])
  })

  it('are left where the result needs none of them', async () => {
    expect((await run('setTimeout(() => { throw 1 }, 1); return 5')).value).toBe(5)
  })

  it('hold no thread for long', async () => {
    const code = 'return new Promise((resolve) => setTimeout(resolve, 60000))'
    await expect(run(code)).rejects.toThrow('flow.delay')
    await expect(
      run('setInterval(() => {}, 0); return new Promise(() => {})', { timeoutMs: 100 }),
    ).rejects.toThrow()
  })
})
