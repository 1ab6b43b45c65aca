import type { RunEvent } from '@millrace/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  acceptAndClaim,
  completed,
  createWorld,
  newRun,
  stepOf,
  unitOf,
  upTo,
  type Worker,
  type World,
} from './world.js'

let world: World
let worker: Worker
beforeAll(async () => {
  world = await createWorld()
  worker = await world.worker()
})
afterAll(() => world.close())

describe('listRuns', () => {
  it('pages from the newest to the oldest, filtered, without a run twice', async () => {
    const runs = Array.from({ length: 7 }, () => newRun(world))
    for (const run of runs) await worker.store.accept(run)
    const done = await worker.store.claim(runs[3]!.id)
    await worker.store.submit(unitOf(done!, { run: completed, release: true }))

    const pages: string[][] = []
    for (let cursor: string | null = null; ; ) {
      const page = await worker.store.listRuns(world.workspaceId, {}, cursor, 3)
      pages.push(page.items.map((run) => run.id))
      cursor = page.nextCursor
      if (cursor === null) break
    }
    expect(pages.map((page) => page.length)).toEqual([3, 3, 1])
    expect(pages.flat()).toEqual(
      runs
        .map((run) => run.id)
        .sort()
        .reverse(),
    )

    const { items } = await worker.store.listRuns(world.workspaceId, { status: 'completed' }, null, 10)
    expect(items).toMatchObject([
      { id: done!.id, workflowName: 'order-intake', version: 3, lastSeq: 2, priority: 'normal', error: null },
    ])
    const elsewhere = await worker.store.listRuns(
      world.workspaceId,
      { workflowId: world.versionId },
      null,
      10,
    )
    expect(elsewhere).toEqual({ items: [], nextCursor: null })
  })
})

describe('getSteps', () => {
  it('joins each step with what it put out, in the order of starting', async () => {
    const run = await acceptAndClaim(world, worker)
    const error = { code: 'HTTP_STATUS', message: '500', retryable: true }
    const events: RunEvent[] = [
      { type: 'step_succeeded', seq: 1, at: 1, path: 'b', attempt: 1, output: { n: 1 }, taken: [] },
      {
        type: 'step_succeeded',
        seq: 2,
        at: 1,
        path: 'a',
        attempt: 1,
        outputRef: { key: 'a/1/1', bytes: 9 },
        taken: [],
      },
      { type: 'step_failed', seq: 3, at: 1, path: 'c', attempt: 2, error, handled: false, taken: [] },
    ]
    const steps = [
      stepOf('c', { status: 'failed', attempt: 2, error, startedAt: 30 }),
      stepOf('a', { status: 'completed', startedAt: 20 }),
      stepOf('b', { status: 'completed', startedAt: 10 }),
      stepOf('d', { status: 'waiting', startedAt: 40, wait: { kind: 'timer', dueAt: 99 } }),
      stepOf('e', { status: 'skipped', startedAt: null }),
    ]
    await worker.store.submit(unitOf(run, { count: 3, events, steps }))
    expect(await worker.store.getSteps(world.workspaceId, run.id)).toMatchObject([
      { path: 'b', output: { n: 1 }, startedAt: '1970-01-01T00:00:00.010Z' },
      { path: 'a', outputRef: { key: 'a/1/1', bytes: 9 } },
      { path: 'c', error, attempt: 2 },
      { path: 'd', wait: { kind: 'timer', dueAt: 99 } },
      { path: 'e', status: 'skipped', startedAt: null },
    ])
  })
})

describe('events', () => {
  it('come after a seq, in order, up to a limit; last seqs of many runs in one answer (D16)', async () => {
    const run = await acceptAndClaim(world, worker)
    const fresh = await acceptAndClaim(world, worker)
    await worker.store.submit(unitOf(run, { count: 12 }))
    const seqs = async (after: number, limit: number) =>
      (await worker.store.readEvents(world.workspaceId, run.id, after, limit)).map((event) => event.seq)
    expect(await seqs(0, 100)).toEqual(upTo(12))
    expect(await seqs(9, 2)).toEqual([10, 11])
    expect(await seqs(12, 2)).toEqual([])
    const unknown = newRun(world).id
    expect(await worker.store.lastSeqs([run.id, fresh.id, unknown])).toEqual(
      new Map([
        [run.id, 12],
        [fresh.id, 0],
      ]),
    )
  })
})

it('shows nothing of a run to another workspace (I9)', async () => {
  const run = await acceptAndClaim(world, worker)
  const response = { status: 200, headers: {}, body: 1 }
  await worker.store.putPayload(world.workspaceId, run.id, { key: 'k', body: '1' })
  await worker.store.submit(unitOf(run, { steps: [stepOf('a')], response }))
  const { store } = worker
  const looks = async (workspace: string) => ({
    run: (await store.getRun(workspace, run.id))?.id,
    listed: (await store.listRuns(workspace, {}, null, 100)).items.some((item) => item.id === run.id),
    steps: (await store.getSteps(workspace, run.id)).length,
    events: (await store.readEvents(workspace, run.id, 0, 10)).length,
    payload: await store.getPayload(workspace, run.id, 'k'),
    response: await store.getResponse(workspace, run.id),
  })
  expect(await looks(world.workspaceId)).toEqual({
    run: run.id,
    listed: true,
    steps: 1,
    events: 2,
    payload: '1',
    response,
  })
  expect(await looks(world.versionId)).toEqual({
    run: undefined,
    listed: false,
    steps: 0,
    events: 0,
    payload: undefined,
    response: undefined,
  })
})
