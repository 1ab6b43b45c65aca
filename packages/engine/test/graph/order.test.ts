import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findCycles } from '../../src/graph/order.js'
import { findCycle, sortTopologically } from '../../src/index.js'

/** Successors by node; a look-up counts, so that work can be compared. */
const counted = (lists: readonly (readonly number[])[]) => {
  const counter = { visits: 0 }
  const successors = (node: number) => {
    counter.visits++
    return lists[node] ?? []
  }
  return { counter, successors }
}
const of = (lists: readonly (readonly number[])[]) => (node: number) => lists[node] ?? []

describe('sortTopologically', () => {
  //  2 ─▶ 0 ─▶ 3     1
  test('predecessors first; ties as they were given', () => {
    expect(sortTopologically(4, of([[3], [], [0], []]))).toEqual([1, 2, 0, 3])
  })

  //  0 ─▶ 1 ⇄ 2 ─▶ 3
  test('a cycle, and what is behind it, is missing', () => {
    expect(sortTopologically(4, of([[1], [2], [1, 3], []]))).toEqual([0])
  })
})

describe('findCycles', () => {
  test('none', () => {
    expect(findCycle(3, of([[1, 2], [2], []]))).toBeUndefined()
  })

  test('a node that leads to itself', () => {
    expect(findCycles(2, of([[1], [1]]))).toEqual([[1, 1]])
  })

  //  0 ⇄ 1   2 ─▶ 3 ─▶ 4 ─▶ 2   1 ─▶ 2
  test('one of each knot', () => {
    expect(findCycles(5, of([[1], [0, 2], [3], [4], [2]]))).toEqual([
      [0, 1, 0],
      [2, 3, 4, 2],
    ])
  })

  //  0 ─▶ 1 ─▶ 2 ─▶ 0, and 2 ─▶ 1: the same knot, named once
  test('cycles that share a node are named once', () => {
    expect(findCycles(3, of([[1], [2], [0, 1]]))).toEqual([[0, 1, 2, 0]])
  })

  test('every one found is a cycle; none is found exactly when the order is whole', () => {
    const graph = fc
      .integer({ min: 1, max: 12 })
      .chain((size) =>
        fc.array(fc.array(fc.nat(size - 1), { maxLength: 3 }), { minLength: size, maxLength: size }),
      )
    fc.assert(
      fc.property(graph, (lists) => {
        const cycles = findCycles(lists.length, of(lists))
        expect(cycles.length === 0).toBe(sortTopologically(lists.length, of(lists)).length === lists.length)
        const named = cycles.flatMap((cycle) => cycle.slice(1))
        expect(new Set(named).size).toBe(named.length)
        for (const cycle of cycles) {
          expect(cycle[0]).toBe(cycle.at(-1))
          for (const [index, node] of cycle.slice(1).entries()) expect(lists[cycle[index]!]).toContain(node)
        }
      }),
    )
  })

  // a long chain, each of whose nodes leads back to the first: 0 ─▶ 1 ─▶ … ─▶ n, k ─▶ 0
  test('the work grows with the graph, however many ways lead back', () => {
    const work = (size: number) => {
      const { counter, successors } = counted(
        Array.from({ length: size }, (_, node) => [node + 1, 0].filter((to) => to < size)),
      )
      findCycles(size, successors)
      return counter.visits
    }
    expect(work(20_000) / work(10_000)).toBeLessThanOrEqual(2.2)
  })
})
