import { expect, test } from 'vitest'
import { type DiffLine, diffLines, withoutEqualParts } from './line-diff.js'

const SIGNS = { same: ' ', removed: '-', added: '+' } as const
const show = (lines: readonly DiffLine[]) =>
  lines.map((line) => (line.kind === 'gap' ? `~${line.lines}` : SIGNS[line.kind] + line.text)).join('')
const diff = (before: string, after: string) => show(diffLines([...before].join('\n'), [...after].join('\n')))

test.each([
  ['abc', 'abc', ' a b c'],
  ['abc', 'axc', ' a-b+x c'],
  ['abc', 'abxc', ' a b+x c'],
  ['abcd', 'ad', ' a-b-c d'],
  ['xab', 'aby', '-x a b+y'],
  ['aaa', 'aa', ' a a-a'],
])('%s → %s', (before, after, expected) => {
  expect(diff(before, after)).toBe(expected)
})

test('numbers lines as each side has them', () => {
  expect(diffLines('a\nb\nc', 'a\nc')).toEqual([
    { kind: 'same', text: 'a', before: 1, after: 1 },
    { kind: 'removed', text: 'b', before: 2 },
    { kind: 'same', text: 'c', before: 3, after: 2 },
  ])
})

test('far equal lines are folded', () => {
  const lines = diffLines([...'abcdefgh'].join('\n'), [...'abcdXfgh'].join('\n'))
  expect(show(withoutEqualParts(lines, 1))).toBe('~3 d-e+X f~2')
})

test('a text that is far too large counts as replaced, and does not take for ever', () => {
  const many = (word: string) => Array.from({ length: 5_000 }, (_, i) => `${word}${i}`).join('\n')
  expect(diffLines(many('a'), many('b'))).toHaveLength(10_000)
})
