import type { Wait } from '@millrace/contracts'
import { describe, expect, test } from 'vitest'
import { graphOf } from '../testing/graphs.js'
import { Play } from '../testing/play.js'
import { findRootFailure } from './root-failure.js'
import { groupSkippedSteps } from './skipped-steps.js'
import { whyWaiting } from './why-waiting.js'

const APPROVAL: Wait = {
  kind: 'approval',
  title: 'Refund?',
  assignees: { users: [], roles: [] },
  onTimeout: 'reject',
  escalated: false,
}

const paths = (steps: readonly { path: string }[] | undefined) => steps?.map(({ path }) => path)

describe('whyWaiting', () => {
  const why = (run: Play, pausedBy?: string) =>
    whyWaiting(run.state, { run: { workflowName: 'orders' }, formatTime: (at) => `${at} ms`, pausedBy })
      ?.sentence

  test.each<[Wait, string]>([
    [{ kind: 'timer', dueAt: 5_000 }, 'a waits until 5000 ms.'],
    [{ kind: 'event', name: 'paid' }, 'a waits for the event paid.'],
    [
      { kind: 'event', name: 'paid', key: '7', dueAt: 9_000 },
      'a waits for the event paid with key 7, until 9000 ms at the latest.',
    ],
    [APPROVAL, 'a waits for someone to approve or reject “Refund?”.'],
    [
      { ...APPROVAL, assignees: { users: ['ann'], roles: ['operator'] }, dueAt: 9_000 },
      'a waits for ann or any operator to approve or reject “Refund?”, until 9000 ms at the latest (it then counts as rejected).',
    ],
    [{ kind: 'resume' }, 'a waits until its resume URL is called.'],
    [{ kind: 'child', runId: 'r1' }, 'a waits for its child run r1 to end.'],
    [
      { kind: 'task', queue: 'scans' },
      'a waits for an outside worker that takes tasks from the queue scans.',
    ],
  ])('%j', (wait, sentence) => {
    expect(why(new Play(graphOf(['start>a'])).claim().wait('a', wait))).toBe(sentence)
  })

  test('a retry: which one, when, and after what', () => {
    const retry = { maxAttempts: 4, delayMs: 500, jitter: 'none' as const }
    const run = new Play(graphOf(['start>a'], { a: { retry } })).claim().fail('a', { code: 'HTTP_503' })
    expect(why(run)).toBe('a makes retry 1 of 3 at 1510 ms, after HTTP_503.')
  })

  test('an open circuit: until when and whose, and no retry that it does not use up', () => {
    const retry = { maxAttempts: 4, delayMs: 500, jitter: 'none' as const }
    const run = new Play(graphOf(['start>a'], { a: { retry } })).claim()
    const message = 'api.test has failed 10 times in a row, and is left alone for a while: nothing was sent'
    run.fail('a', { code: 'CIRCUIT_OPEN', message, retryAfterMs: 9_000 }, false)
    expect(why(run)).toBe(`a waits until 10010 ms: ${message}.`)
  })

  test('several: the one that ends first, and how many more', () => {
    const run = new Play(graphOf(['start>a', 'start>b', 'start>c'])).claim()
    run.wait('a', APPROVAL).wait('b', { kind: 'timer', dueAt: 2_000 })
    expect(why(run)).toBeUndefined()
    expect(why(run.wait('c', APPROVAL))).toBe('b waits until 2000 ms; 2 more steps wait.')
  })

  test('a run that no worker has yet', () => {
    expect(why(new Play(graphOf(['start>a'])))).toBe('It waits in the queue: no worker has taken it yet.')
  })

  test.each([
    [
      { key: '', limit: 1, ahead: 0 },
      '1 run of orders is under way, which is the limit (settings.concurrency); it is the next.',
    ],
    [
      { key: '7', limit: 2, ahead: 3 },
      '2 runs of orders with the key 7 are under way, which is the limit (settings.concurrency); 3 runs wait before it.',
    ],
  ])('a run without a place: %j', (blocked, sentence) => {
    const { state } = new Play(graphOf(['start>a']))
    const reason = whyWaiting(state, {
      run: { workflowName: 'orders', blocked },
      formatTime: String,
      pausedBy: undefined,
    })
    expect(reason?.sentence).toBe(`It waits for a place: ${sentence}`)
  })

  test('a run that is held: until when, and by what', () => {
    const policies = {
      debounce: { waitMs: 1, mode: 'last' },
      rateLimit: { runs: 1, perMs: 1, whenFull: 'delay' },
    } as const
    const heldUntil = '2026-11-03T14:00:00.000Z'
    const held = (settings: Partial<typeof policies>) =>
      whyWaiting(new Play(graphOf(['start>a'], {}, settings)).state, {
        run: { workflowName: 'orders', heldUntil },
        formatTime: (at) => new Date(at).toISOString(),
        pausedBy: undefined,
      })
    const { rateLimit } = policies
    expect(held({ rateLimit })).toEqual({
      sentence: `It begins at ${heldUntil} at the earliest: too many have begun just now (settings.rateLimit).`,
      path: undefined,
      until: Date.parse(heldUntil),
    })
    for (const policy of ['debounce', 'rateLimit'])
      expect(held(policies)?.sentence).toContain(`settings.${policy}`)
  })

  test('a paused run, and one that has ended', () => {
    const run = new Play(graphOf(['start>a'])).claim().send({ kind: 'pause_requested' })
    expect(why(run, 'ann')).toBe(
      'It is paused by ann since 1010 ms, and starts nothing until someone resumes it.',
    )
    expect(why(run.send({ kind: 'cancel_requested' }))).toBeUndefined()
  })
})

describe('findRootFailure', () => {
  //          ┌▶ a ─▶ c ─▶ d
  //  start ──┤
  //          └▶ b ─▶ e
  const graph = graphOf(['start>a', 'start>b', 'a>c', 'c>d', 'b>e'])

  test('the first failure that nobody handled, and all that it cost', () => {
    const run = new Play(graph).claim().fail('a', { code: 'HTTP_500' })
    run.send({ kind: 'step_aborted', path: 'b', attempt: 1 })
    const root = findRootFailure(run.state, run.events)
    expect([root?.path, root?.error.code, run.state.status]).toEqual(['a', 'HTTP_500', 'failed'])
    expect([paths(root?.neverRan), paths(root?.cancelled), root?.alsoFailed]).toEqual([['c', 'd'], ['b'], []])
  })

  test('a run that itself failed has no step to blame', () => {
    const run = new Play(graph).claim()
    run.send({ kind: 'fail_requested', error: { code: 'POISON', message: 'it kills workers' } })
    expect(findRootFailure(run.state, run.events)).toMatchObject({
      path: undefined,
      error: { code: 'POISON' },
    })
  })

  test('none while all goes well, nor for a failure that is handled', () => {
    const routed = graphOf(['start>a', 'a>b', 'a.error>c'], { a: { onError: 'route' } })
    const run = new Play(routed).claim().fail('a')
    expect(findRootFailure(run.state, run.events)).toBeUndefined()
  })
})

//          ┌▶ b ─▶ c
//  start ▶ a ┤        ┌▶ e
//          └▶ d ──────┘
test('skips stand under the step that took another way', () => {
  const run = new Play(graphOf(['start>a', 'a>b', 'b>c', 'a>d', 'd>e'])).claim().complete('a', null, ['d'])
  run.complete('d', null, [])
  const groups = groupSkippedSteps(run.state)
  expect(groups.map(({ cause, steps }) => [cause?.path, paths(steps)])).toEqual([
    ['a', ['b', 'c']],
    ['d', ['e']],
  ])
})
