import type { RunSnapshot } from '@millrace/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { acceptAndClaim, completed, createWorld, expireLease, unitOf, type World } from './world.js'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

const snapshotAt = (seq: number): RunSnapshot => ({
  format: 2,
  seq,
  status: 'running',
  startedAt: 1_000,
  pausedAt: null,
  pausedMs: 0,
  ready: [],
  dead: [],
  undoable: [],
  undoableInside: false,
  compensation: null,
  root: { index: 0, error: null, edges: 'tp', steps: [] },
})

describe('a snapshot (D20)', () => {
  it('spares the next owner the events before it: of 50,000 it reads 100', async () => {
    const worker = await world.worker()
    const run = await acceptAndClaim(world, worker)
    const at = 49_900
    await worker.store.submit(unitOf(run, { count: at, snapshot: snapshotAt(at) }))
    await worker.store.submit(unitOf({ ...run, lastSeq: at }, { count: 100 }))
    await expireLease(world.sql, worker.id)
    const other = await world.worker()
    const claimed = await other.store.claim(run.id)
    expect(claimed).toMatchObject({
      lastSeq: 50_000,
      snapshot: { seq: at, state: snapshotAt(at), responded: false },
    })
    expect(claimed?.events.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 100 }, (_, index) => at + 1 + index),
    )
  })

  it('is written in the flush it stands at the end of, or not at all: not by a stale owner (I3)', async () => {
    const worker = await world.worker()
    const run = await acceptAndClaim(world, worker)
    await worker.store.submit(unitOf(run, { count: 1_000, snapshot: snapshotAt(1_000) }))
    await expireLease(world.sql, worker.id)
    const other = await world.worker()
    await other.store.claim(run.id)
    const late = unitOf({ ...run, lastSeq: 1_000 }, { count: 1_000, snapshot: snapshotAt(2_000) })
    expect(await worker.store.submit(late)).toEqual({ kind: 'fenced' })
    expect(await stored(run.id)).toEqual({ seq: 1_000, state: snapshotAt(1_000) })
  })

  it('goes with the end of its run, and stays where a flush says nothing of it', async () => {
    const worker = await world.worker()
    const run = await acceptAndClaim(world, worker)
    await worker.store.submit(unitOf(run, { count: 1_000, snapshot: snapshotAt(1_000) }))
    await worker.store.submit(unitOf({ ...run, lastSeq: 1_000 }, { count: 5 }))
    expect((await stored(run.id)).seq).toBe(1_000)
    const last = unitOf({ ...run, lastSeq: 1_005 }, { run: completed, release: true, snapshot: null })
    await worker.store.submit(last)
    expect(await stored(run.id)).toEqual({ seq: null, state: null })
  })
})

const stored = async (id: string) => {
  const [row] = await world.sql<[{ seq: number | null; state: object | null }]>`
    SELECT snapshot_seq AS seq, snapshot AS state FROM runs WHERE id = ${id}`
  return row
}
