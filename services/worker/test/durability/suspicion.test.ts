import { definition, type RunEvent } from '@millrace/contracts'
import { createRunState, decide, type RunInput } from '@millrace/engine'
import { describe, expect, it } from 'vitest'
import { compilePlan } from '../../src/plan/plan.js'
import { Caution, mustBeAlone } from '../../src/run/suspicion.js'

/** start ─▶ a, start ─▶ b, b ─▶ c */
const play = () => {
  const nodes = ['a', 'b', 'c'].map((id) => ({ id, type: 'transform.json', params: { value: 1 } }))
  const edges = ['start>a', 'start>b', 'b>c'].map((edge) => edge.split('>'))
  const plan = compilePlan({
    versionId: 'v1',
    workflowId: 'flow',
    name: 'flow',
    number: 1,
    definition: definition.parse({
      format: 'millrace/v1',
      name: 'flow',
      nodes: [{ id: 'start', type: 'trigger.manual' }, ...nodes],
      edges: edges.map(([from, to]) => ({ from, to })),
    }),
  })
  const state = createRunState(plan.graph, { trigger: 'start', input: null })
  const send = (input: RunInput): readonly RunEvent[] => decide(state, input, 0).events
  return {
    state,
    claim: () => send({ kind: 'claimed' }),
    complete: (path: string, attempt: number, taken: readonly number[] = []) =>
      send({ kind: 'step_completed', path, attempt, output: 1, taken }),
  }
}
const TO_C = 2

describe('caution after a crash (D13)', () => {
  it('is none for a run that no owner was lost with', () => {
    const run = play()
    run.claim()
    expect(new Caution({ crashCount: 0 }, run.state).isOver).toBe(true)
  })

  it('ends with the first progress when no step was lost twice', () => {
    const run = play()
    run.claim()
    const caution = new Caution({ crashCount: 1 }, run.state)
    expect(caution.endsWith(run.claim())).toBe(false)
    expect(caution.isOver).toBe(false)
    expect(caution.endsWith(run.complete('b', 2, [TO_C]))).toBe(true)
    expect(caution.isOver).toBe(true)
  })

  it('goes on after progress while a step is open that two owners were lost with', () => {
    const run = play()
    run.claim()
    run.claim()
    // Both were under way when the second owner died too.
    const caution = new Caution({ crashCount: 1 }, run.state)
    run.claim()
    expect(caution.endsWith(run.complete('b', 3, [TO_C]))).toBe(false)
    expect(caution.endsWith(run.complete('c', 1))).toBe(false)
    expect(caution.endsWith(run.complete('a', 3))).toBe(true)
  })

  it('goes on to the end of a run that plays alone, which one does after two crashes', () => {
    const run = play()
    run.claim()
    const caution = new Caution({ crashCount: 2 }, run.state)
    run.claim()
    expect(caution.endsWith(run.complete('b', 2, [TO_C]))).toBe(false)
    expect([1, 2].map((crashCount) => mustBeAlone({ crashCount }))).toEqual([false, true])
  })
})
