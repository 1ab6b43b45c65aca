import { definition } from '@millrace/contracts'
import { createRunState, decide, type RunInput, stepTimedOut } from '@millrace/engine'
import type { ClaimedRun } from '@millrace/run-store'
import { expect, test } from 'vitest'
import { compilePlan } from '../src/plan/plan.js'
import { PendingWrites } from '../src/run/pending-writes.js'

const RUN: ClaimedRun = {
  ...{
    id: 'run',
    workspaceId: 'home',
    workflowId: 'flow',
    versionId: 'v1',
    status: 'pending',
    trigger: 'start',
  },
  ...{
    input: null,
    epoch: 1,
    lastSeq: 0,
    crashCount: 0,
    originRunId: null,
    parentRunId: null,
    keyRunId: 'run',
  },
  ...{
    seeds: new Map(),
    undo: undefined,
    createdAt: 0,
    startedAt: null,
    now: 0,
    snapshot: null,
    events: [],
    inbox: [],
  },
}

/** start ─▶ each[ ask ] ─error─▶ late: its time is over before it is durable that `ask` waits */
test('a step that is cut off in the flush in which it begins to wait asks for nothing', () => {
  const version = definition.parse({
    format: 'millrace/v1',
    name: 'late',
    nodes: [
      { id: 'start', type: 'trigger.manual' },
      {
        ...{ id: 'each', type: 'flow.map', params: { items: [1, 2] }, timeoutMs: 10, onError: 'route' },
        body: { nodes: [{ id: 'ask', type: 'flow.wait', params: { event: 'answer' } }] },
      },
      { id: 'late', type: 'flow.delay', params: { duration: '1h' } },
    ],
    edges: [
      { from: 'start', to: 'each' },
      { from: 'each', port: 'error', to: 'late' },
    ],
  })
  const plan = compilePlan({
    versionId: 'v1',
    workflowId: 'flow',
    name: 'late',
    number: 1,
    definition: version,
  })
  const state = createRunState(plan.graph, { trigger: 'start', input: null })
  const writes = new PendingWrites(RUN, state)
  const apply = (input: RunInput, now = 0) => writes.decided(decide(state, input, now))
  const ask = (path: string) => {
    const row = {
      kind: 'event',
      name: 'answer',
      key: '',
      deadline: null,
      onTimeout: null,
      details: null,
    } as const
    writes.prepareWait({ path, attempt: 1, ...row })
    apply({ kind: 'step_waits', path, attempt: 1, wait: { kind: 'event', name: 'answer' } })
  }
  const take = () => writes.take(0, false, { ...UNENDED, status: 'running' }, undefined)

  const items = { kind: 'items', count: 2, concurrency: 2, onItemError: 'fail', record: 'steps' } as const
  apply({ kind: 'claimed' })
  apply({ kind: 'step_waits', path: 'each', attempt: 1, wait: items })
  ask('each[0].ask')
  expect(take().waits?.map(({ path }) => path)).toEqual(['each[0].ask'])
  ask('each[1].ask')
  const error = stepTimedOut('each', 10)
  apply({ kind: 'step_timed_out', path: 'each', attempt: 1, error, taken: [1] }, 10)
  const unit = take()
  expect(unit.waits).toBeUndefined()
  expect(unit.steps.map(({ path, status }) => [path, status])).toContainEqual(['each[1].ask', 'cancelled'])
})

const UNENDED = { startedAt: 0, finishedAt: null, error: null, output: null }
