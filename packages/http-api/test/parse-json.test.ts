import { MillraceError, parseJson } from '@millrace/contracts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJsonBody } from '../src/index.js'

const codeOf = (bytes: Uint8Array | string): string => {
  try {
    parseJsonBody(Buffer.from(bytes))
    return 'ok'
  } catch (error) {
    return error instanceof MillraceError ? error.code : String(error)
  }
}

describe('parseJsonBody', () => {
  test('reads whatever JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 20 }), (value) => {
        const text = JSON.stringify(value)
        fc.pre(!text.includes('__proto__') && !text.includes('\\u0000') && !/\\ud[89a-f]/.test(text))
        expect(parseJsonBody(Buffer.from(text))).toEqual(parseJson(text))
      }),
    )
  })

  test.each([
    ['cut off', '{"a":'],
    ['two values', '{} {}'],
    ['nothing but space', ' '],
    ['invalid UTF-8', Uint8Array.from([0x22, 0xc3, 0x28, 0x22])],
    ['an overlong form', Uint8Array.from([0x22, 0xc0, 0xaf, 0x22])],
    ['a raw NUL', '"a\0"'],
    ['an escaped NUL', '{"a":["\\u0000"]}'],
    ['a NUL in a key', '{"\\u0000":1}'],
    ['half of a surrogate pair', '"\\ud800"'],
    ['__proto__', '{"a":{"__proto__":{"polluted":true}}}'],
    ['__proto__, escaped', '{"\\u005f_proto__":{"polluted":true}}'],
  ])('refuses %s', (_name, bytes) => {
    expect(codeOf(bytes)).toBe('MALFORMED_JSON')
    expect('polluted' in {}).toBe(false)
  })

  test('keeps a whole surrogate pair, and brackets and quotes inside strings', () => {
    expect(parseJsonBody(Buffer.from('"\\ud83d\\ude00"'))).toBe('😀')
    const text = JSON.stringify(`\\"${'['.repeat(500)}`)
    expect(parseJsonBody(Buffer.from(text))).toBe(JSON.parse(text))
  })

  test('takes 100 levels and no more, at no cost in stack', () => {
    expect(codeOf('['.repeat(100) + ']'.repeat(100))).toBe('ok')
    expect(codeOf('['.repeat(101) + ']'.repeat(101))).toBe('JSON_TOO_DEEP')
    expect(codeOf('['.repeat(100_000))).toBe('JSON_TOO_DEEP')
    expect(codeOf('{"a":'.repeat(100_000))).toBe('JSON_TOO_DEEP')
  })

  test('keeps the digits of big integers, and names the number that no double holds', () => {
    expect(parseJsonBody(Buffer.from('{"order":9007199254740993}'))).toEqual({ order: 9007199254740993n })
    expect(codeOf('{"a":[1e309]}')).toBe('NUMBER_TOO_LARGE')
    expect(() => parseJsonBody(Buffer.from('{"a":[1e309]}'))).toThrow('/a/0')
  })

  test('does not quote the body in its message', () => {
    expect(() => parseJsonBody(Buffer.from('{"password": hunter2}'))).toThrow(/^(?!.*hunter2)/)
  })
})
