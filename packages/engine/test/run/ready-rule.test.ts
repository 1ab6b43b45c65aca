import { describe, expect, test } from 'vitest'
import { ORIGIN, play } from './play.js'

describe('the first claim', () => {
  // start ─▶ a
  test('starts the run, completes the trigger and starts what follows', () => {
    const run = play({ a: {} }, ['start>a'])
    expect(run.claim()).toEqual(['run_started', 'step_succeeded start#1', 'step_started a#1'])
    expect(run.orders).toEqual(['execute a#1 after 3'])
    expect(run.state.steps[0]?.output).toEqual(ORIGIN.input)
  })

  // start ─▶ a, start ─✕▶ b
  test('takes the edges it is given', () => {
    const run = play({ a: {}, b: {} }, ['start>a', 'start>b'])
    expect(run.claim({ taken: [0] }).slice(2)).toEqual(['step_skipped b#0', 'step_started a#1'])
  })

  // start     other (a trigger that did not fire) ─▶ b
  test('skips the other triggers and all that hangs on them alone', () => {
    const run = play({ other: { type: 'trigger.webhook' }, b: {} }, ['other>b'])
    expect(run.claim().slice(2)).toEqual([
      'step_skipped other#0',
      'step_skipped b#0',
      'run_finished completed',
    ])
  })
})

describe('join: all', () => {
  //         ┌▶ a ─┐
  // start ──┤     ├▶ c
  //         └▶ b ─┘
  const diamond = () => play({ a: {}, b: {}, c: {} }, ['start>a', 'start>b', 'a>c', 'b>c'])

  test('waits for every edge (I7)', () => {
    const run = diamond()
    run.claim()
    expect(run.complete('a')).toEqual(['step_succeeded a#1'])
    expect(run.complete('b')).toEqual(['step_succeeded b#1', 'step_started c#1'])
  })

  test('starts when one edge is taken and the others are dead', () => {
    const run = diamond()
    run.claim({ taken: [1] })
    expect(run.complete('b')).toEqual(['step_succeeded b#1', 'step_started c#1'])
  })

  test('is skipped when all are dead, and so is what is behind', () => {
    const run = diamond()
    run.claim()
    run.complete('a', { to: [] })
    expect(run.complete('b', { to: [] })).toEqual([
      'step_succeeded b#1',
      'step_skipped c#0',
      'run_finished completed',
    ])
  })
})

describe('join: any', () => {
  //         ┌▶ a ─┐
  // start ──┤     ├▶ c (any) ─▶ d
  //         └▶ b ─┘
  const race = (settings = {}) =>
    play({ a: {}, b: {}, c: { join: 'any' }, d: {} }, ['start>a', 'start>b', 'a>c', 'b>c', 'c>d'], settings)

  test('starts at the first taken edge, once', () => {
    const run = race()
    run.claim()
    expect(run.complete('b')).toEqual(['step_succeeded b#1', 'step_started c#1'])
    expect(run.complete('a')).toEqual(['step_succeeded a#1'])
    run.complete('c')
    expect(run.complete('d')).toEqual(['step_succeeded d#1', 'run_finished completed'])
  })

  test('is not queued twice while no place is free', () => {
    //         ┌▶ a ─┐
    // start ──┼▶ b ─┼▶ c (any)
    //         └▶ e
    const run = play(
      { e: {}, a: {}, b: {}, c: { join: 'any' } },
      ['start>e', 'start>a', 'start>b', 'a>c', 'b>c'],
      {
        maxParallelSteps: 2,
      },
    )
    expect(run.claim().slice(2)).toEqual(['step_started e#1', 'step_started a#1'])
    run.complete('a')
    expect(run.complete('b')).toEqual(['step_succeeded b#1', 'step_started c#1'])
    expect(run.complete('e')).toEqual(['step_succeeded e#1'])
    expect(run.complete('c')).toEqual(['step_succeeded c#1', 'run_finished completed'])
  })

  test('the losers are not cancelled: the run ends when all is resolved', () => {
    const run = race()
    run.claim()
    run.complete('a')
    run.complete('c')
    expect(run.complete('d')).toEqual(['step_succeeded d#1'])
    expect(run.complete('b')).toEqual(['step_succeeded b#1', 'run_finished completed'])
  })

  test('a dead edge does not start it, all dead skip it', () => {
    const run = race()
    run.claim()
    expect(run.complete('a', { to: [] })).toEqual(['step_succeeded a#1'])
    expect(run.complete('b', { to: [] }).slice(1)).toEqual([
      'step_skipped c#0',
      'step_skipped d#0',
      'run_finished completed',
    ])
  })
})

describe('places', () => {
  // start ─▶ a, b, c
  test('as many steps run at once as the settings say', () => {
    const run = play({ a: {}, b: {}, c: {} }, ['start>a', 'start>b', 'start>c'], { maxParallelSteps: 2 })
    expect(run.claim().slice(2)).toEqual(['step_started a#1', 'step_started b#1'])
    expect(run.complete('b')).toEqual(['step_succeeded b#1', 'step_started c#1'])
  })
})

describe('what comes late or twice changes nothing (I2)', () => {
  // start ─▶ a ─▶ b
  test.each(['complete', 'fail'] as const)('a second %s', (again) => {
    const run = play({ a: {}, b: {} }, ['start>a', 'a>b'])
    run.claim()
    run.complete('a')
    expect(run[again]('a')).toEqual([])
    expect(run.commands).toEqual([])
  })

  test('reports of a step that has not started, of another attempt, of no step', () => {
    const run = play({ a: {}, b: {} }, ['start>a', 'a>b'])
    run.claim()
    expect(run.complete('b', { attempt: 0 })).toEqual([])
    expect(run.complete('a', { attempt: 2 })).toEqual([])
    expect(run.send({ kind: 'step_completed', path: 'ghost', attempt: 1, output: 1, taken: [] })).toEqual([])
  })

  test('anything after the end', () => {
    const run = play({ a: {} }, ['start>a'])
    run.claim()
    expect(run.complete('a')).toContain('run_finished completed')
    expect(run.claim()).toEqual([])
    expect(run.send({ kind: 'cancel_requested' })).toEqual([])
  })
})

describe('the output of a run', () => {
  //         ┌▶ a
  // start ──┤
  //         └▶ b
  const fork = () => {
    const run = play({ a: {}, b: {} }, ['start>a', 'start>b'])
    run.claim()
    return run
  }

  test('of one sink that completed: its own', () => {
    const run = play({ a: {} }, ['start>a'])
    run.claim()
    run.complete('a', { output: [1] })
    expect(run.orders).toEqual(['finish completed [1]'])
  })

  test('of several: by node id', () => {
    const run = fork()
    run.complete('a', { output: 1 })
    run.complete('b', { output: 2 })
    expect(run.state.output).toEqual({ a: 1, b: 2 })
  })

  test('sinks without an output are left out; of none there is null', () => {
    const some = fork()
    some.complete('a')
    some.complete('b', { output: 2 })
    expect(some.state.output).toEqual({ b: 2 })
    const none = fork()
    none.complete('a')
    none.complete('b')
    expect(none.state.output).toBeNull()
    expect(none.orders).toEqual(['finish completed null'])
  })

  test('what is stored by reference stays where it is', () => {
    const run = play({ a: {} }, ['start>a'])
    run.claim()
    const outputRef = { key: 'k', bytes: 300_000 }
    run.send({ kind: 'step_completed', path: 'a', attempt: 1, output: undefined, outputRef, taken: [] })
    expect(run.events.at(-2)).toMatchObject({ type: 'step_succeeded', outputRef })
    expect(run.state.output).toBeNull()
  })
})
