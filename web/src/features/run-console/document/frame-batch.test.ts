import { expect, test } from 'vitest'
import { createFrameBatch } from './frame-batch.js'

function setUp(maxItems: number) {
  const frames: (() => void)[] = []
  const commits: (readonly number[])[] = []
  const batch = createFrameBatch<number>({
    requestFrame: (callback) => {
      frames.push(callback)
      return () => frames.splice(frames.indexOf(callback), 1)
    },
    commit: (items) => commits.push(items),
    maxItems,
  })
  return { batch, commits, frames, frame: () => frames.shift()?.() }
}

test('whatever comes between two frames is one commit', () => {
  const { batch, commits, frames, frame } = setUp(10)
  batch.add([1])
  batch.add([2, 3])
  expect([frames.length, commits]).toEqual([1, []])
  frame()
  expect([frames.length, commits]).toEqual([0, [[1, 2, 3]]])
})

test('a flood is spread over frames, in order', () => {
  const { batch, commits, frame } = setUp(2)
  batch.add([1, 2, 3])
  frame()
  batch.add([4])
  frame()
  frame()
  expect(commits).toEqual([
    [1, 2],
    [3, 4],
  ])
})

test('nothing is committed after it is closed', () => {
  const { batch, commits, frames } = setUp(2)
  batch.add([1])
  batch.close()
  expect([frames.length, commits]).toEqual([0, []])
})

test('drained: when the last of it is committed, at once when there is nothing, and when it is closed', async () => {
  const { batch, commits, frame } = setUp(1)
  await batch.drained()
  batch.add([1, 2])
  const seen = batch.drained().then(() => commits.length)
  frame()
  frame()
  expect(await seen).toBe(2)
  batch.add([3])
  const dropped = batch.drained()
  batch.close()
  await dropped
  expect(commits).toHaveLength(2)
})
