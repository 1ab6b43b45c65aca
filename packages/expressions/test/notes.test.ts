import { describe, expect, it } from 'vitest'
import { compileExpression } from '../src/index.js'

const notesOf = async (source: string, scope: Record<string, unknown>): Promise<string[]> => {
  const notes: string[] = []
  await compileExpression(source).evaluate(scope, (note) => notes.push(note))
  return notes
}

describe('values of different types that are compared are noted with their types', () => {
  it.each([
    ['v = 150', { v: ' 150' }, 'the text " 150" = the number 150 is false: text and number are never equal'],
    ['v != 150', { v: '150' }, 'the text "150" != the number 150 is true: text and number are never equal'],
    ['v = true', { v: 'true' }, 'the text "true" = true is false: text and boolean are never equal'],
    ['1 = v', { v: false }, 'the number 1 = false is false: number and boolean are never equal'],
    [
      'v = "9007199254740993"',
      { v: 9_007_199_254_740_993n },
      'the number 9007199254740993 = the text "9007199254740993" is false: number and text are never equal',
    ],
    [
      '$count(list[id = "1"])',
      { list: [{ id: 1 }] },
      'the number 1 = the text "1" is false: number and text are never equal',
    ],
  ])('%s', async (source, scope, note) => expect(await notesOf(source, scope)).toEqual([note]))

  it.each([
    ['v = 1', { v: 1 }],
    ['v = 1', { v: 2 }],
    ['v = "a"', { v: 'b' }],
    ['v = 9007199254740993', { v: 1 }],
    ['v = null', { v: 'a' }],
    ['v = 1', {}],
    ['v = [1]', { v: 1 }],
  ])('others are not: %s', async (source, scope) => expect(await notesOf(source, scope)).toEqual([]))

  it('at most five of one evaluation, each once, and none of the one before', async () => {
    const list = Array.from({ length: 100 }, (_, id) => ({ id }))
    expect(await notesOf('list[id = "x"]', { list })).toHaveLength(5)
    expect(await notesOf('list[1 = "x"]', { list })).toHaveLength(1)
    expect(await notesOf('$count(list)', { list })).toEqual([])
  })
})
