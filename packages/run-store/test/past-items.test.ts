import type { RunEvent } from '@millrace/contracts'
import { uuidv7 } from '@millrace/db'
import type { ClaimedRun } from '@millrace/run-store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { acceptAndClaim, createWorld, unitOf, upTo, type Worker, type World } from './world.js'

let world: World
let worker: Worker
let run: ClaimedRun
beforeAll(async () => {
  world = await createWorld()
  worker = await world.worker()
  run = await acceptAndClaim(world, worker)
  await worker.store.submit(unitOf(run, { events: EVENTS, newSeq: run.lastSeq + EVENTS.length }))
})
afterAll(() => world.close())

const done = (seq: number, path: string, more: object = {}): RunEvent => ({
  ...{ type: 'step_succeeded', seq, at: 1, path, attempt: 1, output: path, taken: [] },
  ...more,
})
const WAIT = { kind: 'items', count: 2, concurrency: 1, onItemError: 'fail', record: 'steps' } as const
const ERROR = { code: 'NODE_FAILED', message: 'no' }

/** start ─▶ book ─▶ each[ charge ─▶ note ], where `refund` undoes `charge` and `unbook` undoes `book` */
const EVENTS: RunEvent[] = [
  done(1, 'book'),
  { type: 'step_waiting', seq: 2, at: 1, path: 'each', attempt: 1, wait: WAIT, items: ['a', 'b'] },
  done(3, 'each[0].charge'),
  { type: 'step_skipped', seq: 4, at: 1, path: 'each[0].note', attempt: 0 },
  done(5, 'each[1].charge'),
  {
    type: 'step_failed',
    seq: 6,
    at: 1,
    path: 'each[1].note',
    attempt: 1,
    error: ERROR,
    handled: false,
    taken: [],
  },
  done(7, 'each[2].charge', { error: ERROR }),
  done(8, 'each[3].charge', { reused: { runId: 'another' } }),
  done(9, 'each[1].refund'),
]
const OWNERS = ['book', 'charge']

describe('what a run did that can be undone', () => {
  const find = (before: number, limit = 10, workspaceId = world.workspaceId) =>
    worker.store.findCompleted(workspaceId, run.id, OWNERS, before, limit)
  const paths = (found: readonly { path: string }[]) => found.map(({ path }) => path)

  it('is what it completed well and itself, the latest first, wherever it stands', async () => {
    expect(paths(await find(99))).toEqual(['each[1].charge', 'each[0].charge', 'book'])
  })

  it('is found piece by piece', async () => {
    const first = await find(99, 2)
    expect(paths(first)).toEqual(['each[1].charge', 'each[0].charge'])
    expect(paths(await find(first.at(-1)!.seq, 2))).toEqual(['book'])
  })

  it('is told apart from what has been undone since', async () => {
    const asked = ['each[1].refund', 'each[0].refund']
    expect(await worker.store.findUndone(world.workspaceId, run.id, asked)).toEqual(
      new Set(['each[1].refund']),
    )
  })

  it('is nothing for another workspace (I9)', async () => {
    expect(await find(99, 10, uuidv7())).toEqual([])
    expect(await worker.store.findUndone(uuidv7(), run.id, ['each[1].refund'])).toEqual(new Set())
  })
})

describe('what items came to', () => {
  const places = (workspaceId = world.workspaceId) =>
    worker.store.findItemEvents(workspaceId, run.id, ['each[0].', 'each[1].'], ['each'])

  it('stands where their steps have ended, and where their map has begun', async () => {
    const found = await places()
    expect(found.map(({ seq, path }) => [seq, path])).toEqual([
      [2, 'each'],
      [3, 'each[0].charge'],
      [4, 'each[0].note'],
      [5, 'each[1].charge'],
      [6, 'each[1].note'],
      [9, 'each[1].refund'],
    ])
    const read = await worker.store.readEventsAt(world.workspaceId, run.id, [6, 2])
    expect(read.map(({ seq }) => seq)).toEqual([2, 6])
  })

  it('is nothing for another workspace (I9)', async () => {
    expect(await places(uuidv7())).toEqual([])
    expect(await worker.store.readEventsAt(uuidv7(), run.id, upTo(9))).toEqual([])
  })
})
