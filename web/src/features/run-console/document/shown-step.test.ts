import { stepAt } from '@millrace/engine'
import { expect, test } from 'vitest'
import { graphOf } from '../testing/graphs.js'
import { playAtRandom } from '../testing/play.js'
import { shownStep } from './shown-step.js'

//            ┌▶ b
//  start ▶ a ┤
//            └▶ c ─error▶ d
const graph = graphOf(['start>a', 'a>b', 'a>c', 'c.error>d'], {
  b: { retry: { maxAttempts: 3 } },
  c: { onError: 'route' },
})

test('made out from its own events, a step looks as the state has it', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const { state, events } = playAtRandom(graph, seed)
    // A state that has let go of its steps, as it does with those of an item that has ended.
    const emptied = { ...state, steps: [] }
    for (const path of ['a', 'b', 'c', 'd']) {
      const step = stepAt(state, path)!
      const shown = shownStep(emptied, events, path)
      if (step.status === 'pending') expect(shown).toBeUndefined()
      else expect(step).toMatchObject(shown!)
      expect(shownStep(state, events, path)).toBe(step)
    }
  }
})

test('a path that the version does not have', () => {
  const { state, events } = playAtRandom(graph, 1)
  expect(shownStep(state, events, 'ghost')).toBeUndefined()
})
