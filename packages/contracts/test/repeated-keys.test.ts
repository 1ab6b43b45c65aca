import { expect, test } from 'vitest'
import { repeatedKeys } from '../src/index.js'

test.each([
  ['{"a":1,"b":2}', []],
  ['{"a":1,"a":2}', ['/a']],
  ['{"a":1,"a":2,"a":3}', ['/a', '/a']],
  ['[{"a":1},{"a":2}]', []],
  ['{"nodes":[{"id":"x"},{"id":"y","params":{"k":1,"k":2}}]}', ['/nodes/1/params/k']],
  ['{"a":{"b":1},"c":{"b":1},"a":{"d":[1,2,{"e":0,"e":0}]}}', ['/a', '/a/d/2/e']],
  ['{"a/b":1,"a~":2,"a/b":3}', ['/a~1b']],
  // Written differently, the same key.
  [String.raw`{"a":1,"\u0061":2}`, ['/a']],
  [String.raw`{"a":"\"a\":1,{","b":"a"}`, []],
  ['{"a":["a","a",{"a":"a"}], "b" : "a" }', []],
  ['"a"', []],
])('%s', (text, expected) => expect(repeatedKeys(text)).toEqual(expected))
