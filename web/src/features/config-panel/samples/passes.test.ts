import type { Step } from '@millrace/contracts'
import { describe, expect, it } from 'vitest'
import { passesOf, shownPasses, withoutOtherPasses } from './passes.js'
import { firstSteps } from './sample.js'

const step = (path: string, status: Step['status'] = 'completed'): Step => ({
  path,
  nodeId: path.slice(path.lastIndexOf('.') + 1),
  type: 'log.message',
  status,
  attempt: 1,
  startedAt: null,
  finishedAt: null,
  output: path,
  error: null,
  wait: null,
})

/*
 *  list ──► each ┌ fetch ──► inner ┌ say ┐ ┐
 *                └                 └─────┘ ┘
 */
const STEPS = [
  step('list'),
  step('each', 'failed'),
  step('each[0].fetch', 'skipped'),
  step('each[1].fetch'),
  step('each[1].inner'),
  step('each[1].inner[0].say'),
  step('each[1].inner[3].say', 'failed'),
  step('each[12].fetch', 'failed'),
]
const NONE = new Map<string, number>()

describe('shownPasses', () => {
  it('begins with the first pass in which the node ran', () => {
    expect(shownPasses(STEPS, 'fetch', ['each'], NONE)).toEqual([1])
    expect(shownPasses(STEPS, 'say', ['each', 'inner'], NONE)).toEqual([1, 0])
    expect(shownPasses([], 'say', ['each', 'inner'], NONE)).toEqual([0, 0])
    expect(shownPasses(STEPS, 'list', [], NONE)).toEqual([])
  })

  it('shows what is chosen, at each level', () => {
    expect(shownPasses(STEPS, 'say', ['each', 'inner'], new Map([['inner', 3]]))).toEqual([1, 3])
    // In another pass around it nothing is known of the inner ones.
    expect(shownPasses(STEPS, 'say', ['each', 'inner'], new Map([['each', 12]]))).toEqual([12, 0])
  })
})

it('leaves out the steps of all other passes, and keeps those around', () => {
  const shown = (containers: readonly string[], indexes: readonly number[]) =>
    [...firstSteps(withoutOtherPasses(STEPS, containers, indexes)).values()].map(({ path }) => path)
  // 1 is not 12.
  expect(shown(['each'], [1])).toEqual([
    'list',
    'each',
    'each[1].fetch',
    'each[1].inner',
    'each[1].inner[0].say',
  ])
  expect(shown(['each'], [12])).toEqual(['list', 'each', 'each[12].fetch'])
  expect(shown(['each', 'inner'], [1, 3])).toEqual([
    'list',
    'each',
    'each[1].fetch',
    'each[1].inner',
    'each[1].inner[3].say',
  ])
})

it('says how a node went in each pass', () => {
  const went = (node: string, containers: readonly string[], indexes: readonly number[], level: number) =>
    [...passesOf(STEPS, node, containers, indexes, level)].map(([index, each]) => [index, each?.status])
  expect(went('fetch', ['each'], [1], 0)).toEqual([
    [0, 'skipped'],
    [1, 'completed'],
    [12, 'failed'],
  ])
  expect(went('say', ['each', 'inner'], [1, 0], 1)).toEqual([
    [0, 'completed'],
    [3, 'failed'],
  ])
  expect(went('other', ['each'], [1], 0)).toEqual([
    [0, undefined],
    [1, undefined],
    [12, undefined],
  ])
})
