import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  exactInteger,
  type Json,
  MillraceError,
  parseForeignJson,
  parseJson,
  stringifyJson,
} from '../src/index.js'

const refusalOf = (read: () => unknown): string => {
  try {
    return `read ${String(read())}`
  } catch (error) {
    return error instanceof MillraceError ? `${error.code}: ${error.message}` : (error as Error).name
  }
}

describe('parseJson', () => {
  test.each<[string, Json]>([
    ['9007199254740991', 9007199254740991],
    ['-9007199254740991', -9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['-9007199254740993', -9007199254740993n],
    ['{"order":9007199254740993}', { order: 9007199254740993n }],
    ['[ 1 , [ 18446744073709551616 ] , {} , [] , "x" ]', [1, [18446744073709551616n], {}, [], 'x']],
    [
      '{"a\\"b\\\\":{"\\u0041":12345678901234567890},"n":null,"t":[true,false]}',
      { 'a"b\\': { A: 12345678901234567890n }, n: null, t: [true, false] },
    ],
    ['"9007199254740993"', '9007199254740993'],
    ['{"12345678901234567890":"1e999"}', { '12345678901234567890': '1e999' }],
    ['0000'.replace('0000', '0'), 0],
    ['9007199254740993.0', 9007199254740993n],
    ['-9007199254740993.500e1', -90071992547409935n],
    ['2.069964834812555e16', 20699648348125550n],
    ['9007199254740993.5', 9007199254740994n],
    ['[123456789012345678e-2,1234567890123456.7]', [1234567890123456.8, 1234567890123456.8]],
    ['1e20', 100000000000000000000n],
    ['1e21', 1e21],
    ['[2E21,1.5e17]', [2e21, 150000000000000000n]],
    ['1e308', 1e308],
    ['[1E+0000000000000000308]', [1e308]],
    ['-0.1234567890123456789', -0.12345678901234568],
    ['1e-400', 0],
  ])('%s', (text, value) => {
    expect(parseJson(text)).toEqual(value)
  })

  test.each([
    ['1e309', 'NUMBER_TOO_LARGE: The number 1e309 at the top is too large'],
    ['{"a":[0,{"b/c":-1e400}]}', 'NUMBER_TOO_LARGE: The number -1e400 at /a/1/b~1c is too large'],
    [`[${'9'.repeat(400)}]`, `NUMBER_TOO_LARGE: The number ${'9'.repeat(30)}… at /0 is too large`],
    ['{"a":12345678901234567890', 'SyntaxError'],
    ['[01234567890123456789]', 'SyntaxError'],
  ])('refuses %s', (text, refusal) => {
    expect(refusalOf(() => parseJson(text))).toBe(refusal)
  })

  test('keeps what strings hold, and keys in their order, however big the numbers beside them', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (value, big) => {
        const text = `{"z":${JSON.stringify(value)},"a":${big},"deep":[[${big}9007199254740993]]}`
        fc.pre(big !== 0n)
        const read = parseJson(text) as { [key: string]: Json }
        expect(stringifyJson(read['z'])).toBe(JSON.stringify(value))
        expect(read['a']).toBe(exactInteger(big))
        expect(stringifyJson(read)).toBe(stringifyJson(parseJson(stringifyJson(read))))
        expect(Object.keys(read)).toEqual(['z', 'a', 'deep'])
      }),
    )
  })

  test('is not slower by much for text with digits in its strings', () => {
    const text = JSON.stringify(
      Array.from({ length: 1000 }, (_, at) => ({ at, hash: '12345678901234567890abcdef' })),
    )
    expect(parseJson(text)).toEqual(JSON.parse(text))
  })
})

describe('parseForeignJson', () => {
  test('refuses the key __proto__ with its path, and keeps constructor and prototype', () => {
    expect(refusalOf(() => parseForeignJson('{"a":[{"__proto__":{"x":1}}]}'))).toBe(
      'MALFORMED_JSON: The key __proto__ is not accepted (at /a/0/__proto__)',
    )
    expect(refusalOf(() => parseForeignJson('{"\\u005f_proto__":12345678901234567890}'))).toContain(
      'MALFORMED_JSON',
    )
    const kept = parseForeignJson('{"constructor":{"prototype":1},"prototype":""}') as object
    expect(Object.entries(kept)).toEqual([
      ['constructor', { prototype: 1 }],
      ['prototype', ''],
    ])
    expect(parseForeignJson('"__proto__"')).toBe('__proto__')
  })
})

describe('stringifyJson', () => {
  test('writes what JSON.stringify writes, indented or not, and the digits of big integers', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, space) => {
        expect(stringifyJson(value, space)).toBe(JSON.stringify(value, undefined, space))
        const mixed = {
          a: value,
          b: [12345678901234567890n, undefined],
          c: undefined,
          d: {},
          e: [],
          f: new Date(0),
        }
        const plain = { ...mixed, b: [11, undefined] }
        expect(stringifyJson(mixed, space)).toBe(
          JSON.stringify(plain, undefined, space).replace(/\[(\s*)11,/, '[$112345678901234567890,'),
        )
      }),
    )
  })

  test('says of a cycle that it is one', () => {
    const loop: unknown[] = [1n]
    loop.push(loop)
    expect(() => stringifyJson(loop)).toThrow('contains itself')
  })
})
