import { expect, test } from 'vitest'
import { MAX_IMPORT_BYTES, readImport } from './import-text.js'

test('reads a definition and its name', () => {
  expect(readImport('{ "format": "millrace/v1", "name": "orders" }')).toMatchObject({
    kind: 'definition',
    name: 'orders',
  })
  expect(readImport(' \n')).toEqual({ kind: 'empty' })
})

test.each([
  ['{\n  "name": \'x\'\n}', 2, 11, /double quotes/],
  ['{\n  "a": 1,\n}', 3, 1, /comma too many/],
  ['{ "a": [1, 2', 1, 13, /ends too early/],
  ['{ "a" 1 }', 1, 7, /cannot go on with "1"/],
])('says where %j breaks and why', (text, line, column, message) => {
  expect(readImport(text)).toEqual({ kind: 'broken', line, column, message: expect.stringMatching(message) })
})

test.each(['[]', 'null', '"text"', '7'])('%s is JSON, and no definition', (text) => {
  expect(readImport(text)).toMatchObject({ kind: 'refused' })
})

test('a file that is far too large is not parsed', () => {
  expect(readImport('x'.repeat(MAX_IMPORT_BYTES + 1))).toMatchObject({ kind: 'refused' })
})
