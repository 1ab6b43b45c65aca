import type { RunEvent } from '@millrace/contracts'
import { expect, test } from 'vitest'
import { graphOf } from '../testing/graphs.js'
import { Play } from '../testing/play.js'
import { liveStateOf } from './live-state.js'
import { PassTally } from './pass-tally.js'

// start ─▶ each [ price ─▶ check ]
const body = {
  nodes: [
    { id: 'price', type: 'test.step' },
    { id: 'check', type: 'test.step' },
  ],
  edges: [{ from: 'price', to: 'check' }],
}
const graph = graphOf(['start>each'], { each: { type: 'flow.map', body } })
const items = { kind: 'items', count: 3, concurrency: 2, onItemError: 'collect', record: 'steps' } as const

const played = () => {
  const run = new Play(graph).claim().wait('each', items)
  run.complete('each[0].price').complete('each[0].check')
  run.fail('each[1].price')
  return run
}

test('passes are counted by node and edge, and the container says how far it is', () => {
  const run = played()
  const tally = new PassTally(graph).at(run.events, run.events.length)
  const { nodes, edges } = liveStateOf(run.state, tally, run.now)
  expect(nodes.get('each')).toMatchObject({ state: 'waiting', ended: 2, passes: 3 })
  expect(nodes.get('price')).toEqual({ state: 'running', attempt: 1, ended: 2 })
  expect(nodes.get('check')).toEqual({ state: 'completed', attempt: 1, ended: 1 })
  expect(edges.get('["price","main","check"]')).toBe(1)
})

test('going back in time ends equal to a fresh count', () => {
  const { events } = played()
  const tally = new PassTally(graph).at(events, events.length)
  const back = (seq: number): [unknown, RunEvent[]] => [tally.at(events, seq).nodes, events.slice(0, seq)]
  for (const seq of [4, 2, 7, events.length]) {
    const [nodes, upTo] = back(seq)
    expect(nodes).toEqual(new PassTally(graph).at(upTo, seq).nodes)
  }
})
