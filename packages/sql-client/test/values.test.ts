import type { Json } from '@millrace/contracts'
import { beforeAll, describe, expect, it } from 'vitest'
import { useWorld } from './world.js'

const world = useWorld()
const big = 9007199254740993n
const bytes = (base64: string, size: number) => ({ base64, contentType: 'application/octet-stream', size })

beforeAll(async () => {
  await world().ask(`create type colour as enum ('red', 'dark green')`)
  await world().ask('create type point2 as (x int, label text)')
  await world().ask('create domain positive as int check (value > 0)')
  await world().ask('create domain labels as text[]')
})

describe('what a query gives', () => {
  it.each<[expression: string, value: Json]>([
    ['true', true],
    ['null::int', null],
    ['32767::int2', 32767],
    ['(-2147483648)::int4', -2147483648],
    ['9007199254740993::bigint', '9007199254740993'],
    ['1.10::numeric', '1.10'],
    [`'NaN'::numeric`, 'NaN'],
    ['123456789012345678901234567890.5::numeric', '123456789012345678901234567890.5'],
    ['0.1::float8', 0.1],
    [`'NaN'::float8`, 'NaN'],
    [`'Infinity'::float8`, 'Infinity'],
    [`'-Infinity'::float4`, '-Infinity'],
    [`'a' || chr(0x1f600)`, 'a😀'],
    [`'{"b":1,"a":[true,null]}'::json`, { b: 1, a: [true, null] }],
    [`'null'::jsonb`, null],
    [`'{"id":9007199254740993,"list":[-9007199254740993,1.5]}'::jsonb`, { id: big, list: [-big, 1.5] }],
    [`'[9007199254740993]'::json`, [big]],
    ['1e17::float8', 100000000000000000n],
    [`timestamp '2026-07-04 09:30'`, '2026-07-04T09:30:00'],
    [`timestamp '2026-07-04 09:30:00.123456'`, '2026-07-04T09:30:00.123456'],
    [`timestamptz '2026-07-04 09:30:00.123456+05:30'`, '2026-07-04T04:00:00.123456Z'],
    [`timestamptz '2026-01-01 00:30:00+02'`, '2025-12-31T22:30:00Z'],
    [`timestamptz 'infinity'`, 'infinity'],
    [`timestamp '0044-03-15 12:00 BC'`, '0044-03-15 12:00:00 BC'],
    [`date '2026-07-04'`, '2026-07-04'],
    [`time '09:30:00.000001'`, '09:30:00.000001'],
    [`interval '1 day 2 hours'`, '1 day 02:00:00'],
    [`'\\xdeadbeef'::bytea`, bytes('3q2+7w==', 4)],
    [`''::bytea`, bytes('', 0)],
    [`'7c9e6679-7425-40de-944b-e07fc1f90ae7'::uuid`, '7c9e6679-7425-40de-944b-e07fc1f90ae7'],
    ['array[true,null]', [true, null]],
    [`array['a',null,'NULL','','a"b\\c','{x,y}']`, ['a', null, 'NULL', '', 'a"b\\c', '{x,y}']],
    [`array['{}'::jsonb,null]`, [{}, null]],
    [`array['{"a":"}\\\\\\""}'::jsonb]`, [{ a: '}\\"' }]],
    ['array[]::int[]', []],
    [
      'array[[1,2],[3,4]]',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [`'[0:1]={7,8}'::int[]`, [7, 8]],
    [`array[timestamp '2026-07-04 09:30']`, ['2026-07-04T09:30:00']],
    [`array['\\x00ff'::bytea]`, [bytes('AP8=', 2)]],
    ['array[9007199254740993]', ['9007199254740993']],
    [`array[box '((1,2),(3,4))', box '((0,0),(1,1))']`, ['(3,4),(1,2)', '(1,1),(0,0)']],
    [`'dark green'::colour`, 'dark green'],
    [`array['red','dark green',null]::colour[]`, ['red', 'dark green', null]],
    [`row(1,'a b')::point2`, '(1,"a b")'],
    [`array[row(1,'a')::point2]`, ['(1,a)']],
    ['int4range(1,5)', '[1,5)'],
    ['7::positive', 7],
    [`array['x']::labels`, ['x']],
    [`'1 2 3'::int2vector`, '1 2 3'],
  ])('%s', async (expression, value) => {
    expect(await world().value(expression)).toEqual(value)
  })

  it('a number of rows, and 0 for what counts none', async () => {
    await world().ask('create table counted (id int)')
    expect(await world().ask('insert into counted select generate_series(1,3)')).toEqual({
      rows: [],
      rowCount: 3,
    })
    expect((await world().ask('create table other ()')).rowCount).toBe(0)
    expect((await world().ask('-- nothing')).rowCount).toBe(0)
    expect((await world().ask('select * from counted')).rowCount).toBe(3)
  })

  it('columns whatever their names, each once', async () => {
    const { rows } = await world().ask('select 1 as "prototype", 2 as "constructor"')
    expect(JSON.stringify(rows)).toBe('[{"prototype":1,"constructor":2}]')
    await expect(world().ask('select 1 as "__proto__"')).rejects.toMatchObject({ code: 'QUERY_FAILED' })
    await world().ask('create table doubled (id int)')
    await expect(world().ask('insert into doubled values (1) returning id, id')).rejects.toMatchObject({
      code: 'QUERY_FAILED',
      message: expect.stringContaining('two columns are called id'),
    })
    expect(await world().value('(select count(*) from doubled)')).toBe('0')
  })

  it.each([`'{"__proto__":1}'::jsonb`, `'1e400'::jsonb`])('%s is refused aloud', async (expression) => {
    await expect(world().value(expression)).rejects.toMatchObject({
      code: expect.stringMatching(/JSON|NUMBER/),
    })
    expect(await world().value('1')).toBe(1)
  })

  it('times that find what they were read from', async () => {
    await world().ask(`create table kept as select timestamptz '2026-07-04 09:30:00.123456+02' as at`)
    const at = await world().value('(select at from kept)')
    expect(await world().value('(select count(*) from kept where at = $1)', [at])).toBe('1')
  })
})

describe('what a query is given', () => {
  it.each<[expression: string, value: Json, result: Json]>([
    ['($1::boolean)::text', 'true', 'true'],
    ['($1::boolean)::text', true, 'true'],
    ['$1::boolean', 'no', false],
    ['$1::text', { a: 1 }, '{"a":1}'],
    ['$1::text', [1, 'x'], '[1,"x"]'],
    ['$1::text', true, 'true'],
    ['$1::text', 12.5, '12.5'],
    ['$1', 'a"\\\'', 'a"\\\''],
    ['$1::text', null, null],
    ['$1::bigint', '9007199254740993', '9007199254740993'],
    ['$1::bigint', big, '9007199254740993'],
    ['$1::text', big, '9007199254740993'],
    ['$1::jsonb', { id: big }, { id: big }],
    ['$1::bigint[]', [1, big], ['1', '9007199254740993']],
    ['$1::numeric', '0.10', '0.10'],
    ['$1::jsonb', [{ a: [1] }], [{ a: [1] }]],
    ['$1::jsonb', 'text', 'text'],
    ['$1::jsonb', false, false],
    ['$1::json', { b: 1, a: 2 }, { b: 1, a: 2 }],
    ['$1::jsonb', null, null],
    ['$1::text[]', ['a', null, 'NULL', 'b"\\', '{}'], ['a', null, 'NULL', 'b"\\', '{}']],
    ['$1::text[]', 'x', ['x']],
    ['$1::text[]', '{x,y}', ['{x,y}']],
    ['$1::text[]', null, []],
    ['$1::int[]', [], []],
    ['$1::int[]', [[1], [2]], [[1], [2]]],
    ['$1::jsonb[]', [{ a: 1 }, [1, 2], null], [{ a: 1 }, [1, 2], null]],
    ['$1::colour[]', ['red', null], ['red', null]],
    ['$1::labels', 'x', ['x']],
    ['$1::date', '2026-02-28', '2026-02-28'],
    ['$1::timestamptz', '2026-07-04T09:30:00.123456Z', '2026-07-04T09:30:00.123456Z'],
    ['$1::bytea', '\\xff00', bytes('/wA=', 2)],
    ['$1::bytea', { base64: '/wA=' }, bytes('/wA=', 2)],
    ['$1::point2', '(1,a)', '(1,a)'],
  ])('select %s, value %#', async (expression, value, result) => {
    expect(await world().value(expression, [value])).toEqual(result)
  })

  it.each<[expression: string, value: Json]>([
    ['$1::date', '2026-02-31'],
    ['$1::date', 'not a date'],
    ['$1::timestamp', '2026-07-04 25:61'],
    ['$1::int', '1.5'],
    ['$1::int', [1]],
    ['$1::boolean', 'perhaps'],
    ['$1::jsonb', { a: '\u0000' }],
  ])('select %s with %j is refused by the database, once and for all', async (expression, value) => {
    await expect(world().value(expression, [value])).rejects.toMatchObject({
      code: 'QUERY_FAILED',
      extras: { details: { retryable: false } },
    })
  })

  it.each<[expression: string, params: readonly Json[], message: string]>([
    ['$1::text', ['a\u0000'], 'params.0: the text holds the character U+0000'],
    ['$1::text', ['\ud800'], 'half of a surrogate pair'],
    ['$1::bytea', [{ size: 4 }], 'params.0: bytes are'],
    ['$1::int', [], '1 parameters, and 0 values'],
    ['1', [1], '0 parameters, and 1 values'],
  ])('select %s with %j does not get there', async (expression, params, message) => {
    await expect(world().value(expression, params)).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
      message: expect.stringContaining(message),
    })
  })
})
