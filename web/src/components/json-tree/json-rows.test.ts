import type { Json } from '@millrace/contracts'
import { expect, test } from 'vitest'
import { expressionOf, jsonRows } from './json-rows.js'

const pointers = (value: Json, toggles: [string, boolean][] = []) =>
  jsonRows(value, new Map(toggles)).map(({ pointer, depth }) => `${depth} ${pointer}`)

test('two levels are open from the start; what a reader toggles wins', () => {
  const value = { a: { b: { c: 1 } }, 'd/e~': [true, null] }
  expect(pointers(value)).toEqual(['0 ', '1 /a', '2 /a/b', '1 /d~1e~0', '2 /d~1e~0/0', '2 /d~1e~0/1'])
  expect(
    pointers(value, [
      ['/a', false],
      ['/d~1e~0', false],
    ]),
  ).toEqual(['0 ', '1 /a', '1 /d~1e~0'])
  expect(pointers(value, [['/a/b', true]])).toContain('3 /a/b/c')
  expect(pointers(value, [['', false]])).toEqual(['0 '])
})

test('long members stay closed, and empty ones have nothing to open', () => {
  const items = Array.from({ length: 60 }, (_, index) => index)
  expect(pointers({ items, none: [] }, [['/none', true]])).toEqual(['0 ', '1 /items', '1 /none'])
  expect(pointers(items)).toHaveLength(61)
})

test('a plain value is one row', () => {
  expect(jsonRows('text', new Map())).toEqual([
    { pointer: '', depth: 0, key: undefined, value: 'text', size: undefined, isOpen: false },
  ])
})

test('a place as an expression', () => {
  expect(expressionOf('steps.fetch.output', '')).toBe('steps.fetch.output')
  expect(expressionOf('steps.fetch.output', '/items/0/first name')).toBe(
    'steps.fetch.output.items[0].`first name`',
  )
  expect(expressionOf('trigger', '/a~1b')).toBe('trigger.`a/b`')
})
