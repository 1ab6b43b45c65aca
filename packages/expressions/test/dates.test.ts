import { describe, expect, it } from 'vitest'
import { compileExpression } from '../src/index.js'

const evaluate = (source: string) => compileExpression(source).evaluate({})
const iso = (millis: unknown) => new Date(Number(millis)).toISOString()

describe('$toMillis', () => {
  it.each([
    ['2026', '2026-01-01T00:00:00.000Z'],
    ['2026-02', '2026-02-01T00:00:00.000Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
    ['2026-01-31T12:00', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00.123456Z', '2026-01-31T12:00:00.123Z'],
    ['2026-01-31T12:00:00-03:30', '2026-01-31T15:30:00.000Z'],
    ['2026-01-31T12:00:00-0330', '2026-01-31T15:30:00.000Z'],
    ['2026-01-31T12:00:00+05:45', '2026-01-31T06:15:00.000Z'],
    ['2026-01-31T24:00:00Z', '2026-02-01T00:00:00.000Z'],
    ['2026-W07-1', '2026-02-09T00:00:00.000Z'],
    ['2020-W53', '2020-12-28T00:00:00.000Z'],
    ['2026-045', '2026-02-14T00:00:00.000Z'],
    ['-000044-03-15', '-000044-03-15T00:00:00.000Z'],
    ['0044-03-15', '0044-03-15T00:00:00.000Z'],
  ])('of %s', async (text, expected) => expect(iso(await evaluate(`$toMillis("${text}")`))).toBe(expected))

  it.each([
    '2026-02-31',
    '2026-13-01',
    '2026-00-10',
    '2025-02-29',
    '2026-01-01T25:00',
    '2026-01-01T10:61',
    '2026-W54-1',
  ])('refuses %s, which is in no calendar', async (text) => {
    await expect(evaluate(`$toMillis("${text}")`)).rejects.toMatchObject({ code: 'EXPRESSION_FAILED' })
  })

  it.each([
    ['14.03.2026', '[D01].[M01].[Y0001]', '2026-03-14T00:00:00.000Z'],
    ['14 march 2026', '[D] [MNn] [Y]', '2026-03-14T00:00:00.000Z'],
    ['3/4/26', '[M]/[D]/[Y,2-2]', '2026-03-04T00:00:00.000Z'],
    ['3/4/99', '[M]/[D]/[Y01]', '1999-03-04T00:00:00.000Z'],
    ['20260314', '[Y0001][M01][D01]', '2026-03-14T00:00:00.000Z'],
    ['2026-03-14 09:05 PM', '[Y]-[M]-[D] [h]:[m] [P]', '2026-03-14T21:05:00.000Z'],
    ['2026-03-14 12:05 am', '[Y]-[M]-[D] [h]:[m] [P]', '2026-03-14T00:05:00.000Z'],
    ['2026-03-14 09:05 -0330', '[Y]-[M]-[D] [H]:[m] [Z0001]', '2026-03-14T12:35:00.000Z'],
    ['2026-W07-1', '[X]-W[W]-[F1]', '2026-02-09T00:00:00.000Z'],
    ['Sat 14 Mar 2026', '[FNn,3-3] [D] [MNn,3-3] [Y]', '2026-03-14T00:00:00.000Z'],
  ])('reads %s by %s', async (text, picture, expected) => {
    expect(iso(await evaluate(`$toMillis("${text}", "${picture}")`))).toBe(expected)
  })

  it.each([
    ['2026-13-01', '[Y]-[M]-[D]'],
    ['2026-02-31', '[Y]-[M]-[D]'],
    ['2026-02-01 25:00', '[Y]-[M]-[D] [H]:[m]'],
    ['2026-02-01 10:61', '[Y]-[M]-[D] [H]:[m]'],
    ['Monday 2026-03-14', '[FNn] [Y]-[M]-[D]'],
    ['2025-366', '[Y]-[d]'],
  ])('refuses %s by %s: nothing rolls over', async (text, picture) => {
    await expect(evaluate(`$toMillis("${text}", "${picture}")`)).rejects.toMatchObject({
      code: 'EXPRESSION_FAILED',
    })
  })
})

describe('$fromMillis', () => {
  it.each([
    ['0', '1970-01-01T00:00:00.000Z'],
    ['0, (), "-0330"', '1969-12-31T20:30:00.000-03:30'],
    ['0, "[H01]:[m01] [Z]", "-0330"', '20:30 -03:30'],
    ['0, "[H01]:[m01] [Z0001]", "+0545"', '05:45 +0545'],
    ['0, "[Z01:01t]"', 'Z'],
    ['5, "[f001] [f1] [f01]"', '005 005 00'],
    ['1735603200000, "[X0001]-W[W01]-[F1]"', '2025-W01-2'],
    ['253402300800000', '+010000-01-01T00:00:00.000Z'],
    ['253402300800000, "[Y0001]"', '10000'],
    ['1773446400000, "[FNn], [D1o] [MNn] [Y,2-2]"', 'Saturday, 14th March 26'],
  ])('of %s', async (args, expected) => expect(await evaluate(`$fromMillis(${args})`)).toBe(expected))

  it.each(['9e15', '0, (), "Europe/Berlin"', '0, "[q]"', '0, "[Y"'])('refuses %s', async (args) => {
    await expect(evaluate(`$fromMillis(${args})`)).rejects.toMatchObject({ code: 'EXPRESSION_FAILED' })
  })
})

describe('numbers and texts', () => {
  it.each<[string, unknown]>([
    ['$base64encode("€")', '4oKs'],
    ['$base64decode("4oKs")', '€'],
    ['$number("0x1F")', 31],
    ['$number("9007199254740993")', 9007199254740993n],
    ['9007199254740991 + 2', 9007199254740993n],
    ['$sum([9007199254740993, -1])', 9007199254740992n],
    ['9007199254740993 > 9007199254740992', true],
    ['9007199254740993 in [9007199254740992]', false],
    ['$sort([9007199254740993, 2, 9007199254740992])', [2, 9007199254740992n, 9007199254740993n]],
    ['$distinct([9007199254740993, 9007199254740993])', [9007199254740993n]],
    ['"n" & 9007199254740993', 'n9007199254740993'],
    ['$string({"n": 9007199254740993})', '{"n":9007199254740993}'],
    ['$type(9007199254740993)', 'number'],
    ['$round(1.005, 2)', 1],
    ['$round(2.5)', 2],
    ['$round(1.5, 400)', 1.5],
    ['$formatNumber(0.575, "0%")', '58%'],
    ['$formatNumber(1234.5, "#,##0.00")', '1,234.50'],
    ['$parseInteger("1,234", "#,##0")', 1234],
    ['$parseInteger("twelve hundred", "w")', 1200],
  ])('%s', async (source, expected) => expect(await evaluate(source)).toEqual(expected))

  it.each([
    '9007199254740993 / 2',
    '9007199254740993 + 0.5',
    '$number("0x1zz")',
    '$parseInteger("abc", "#0")',
    '$parseInteger("twelve apples", "w")',
    '$base64decode("/w==")',
    '$base64encode("\\ud800")',
    '$formatInteger(0, "I")',
    '$formatNumber(1e25, "0")',
    '$sqrt(9007199254740993)',
    '1e308 * 10',
    '0 / 0',
  ])('%s is refused and not computed wrongly', async (source) => {
    await expect(evaluate(source)).rejects.toMatchObject({ code: 'EXPRESSION_FAILED' })
  })

  it('says which two cannot be compared', async () => {
    await expect(evaluate('" 150" > 100')).rejects.toThrow('the text " 150" > the number 100')
  })
})

describe('what $fromMillis refuses is said in words', () => {
  it.each([
    [
      '$fromMillis(1e17)',
      '$fromMillis cannot show 100000000000000000: there are dates only up to 8,640,000,000,000,000 milliseconds before and after 1970',
    ],
    ['$fromMillis(8640000000000000, "[Y]", "+14:00")', 'there are dates only up to'],
    ['$fromMillis(8640000000000000, "", "+14:00")', 'there are dates only up to'],
    ['$fromMillis("x")', 'argument 1 of $fromMillis must be a number, but is the text "x"'],
    ['$fromMillis(null)', 'argument 1 of $fromMillis must be a number, but is null'],
    [
      '$fromMillis()',
      '$fromMillis needs a number as argument 1: none is given, and the context is an object',
    ],
    ['$fromMillis(0, 5)', 'argument 2 of $fromMillis must be text, but is the number 5'],
    [
      '$fromMillis(0, "[Q]")',
      '[Q] in a picture stands for nothing: a part of a date begins with one of Y M D',
    ],
    ['$fromMillis(0, "Y]")', 'the picture "Y]" has a ] without its [: write ]] for the character itself'],
    ['$fromMillis(0, "[Y")', 'the picture "[Y" has a [ without its ]: write [[ for the character itself'],
    [
      '$fromMillis(0, "[Y,x]")',
      '[Y,x] in a picture: what stands behind the comma must be a width, such as 2, 2-4 or *-3',
    ],
    ['$fromMillis(0, "[M#]")', '[M#] in a picture knows no way to write a number as "#"'],
    ['$fromMillis(-100000000000000, "[YI]")', '[YI] in a picture has no letters or numerals for -1199'],
    [
      '$fromMillis(0, "[Y]", "Europe/Berlin")',
      'a timezone is written as an offset such as +0200 or -03:30, not as "Europe/Berlin"',
    ],
  ])('%s', async (source, message) => {
    await expect(evaluate(source)).rejects.toMatchObject({
      code: 'EXPRESSION_FAILED',
      message: expect.stringContaining(message),
    })
  })
})
