import type { Json } from '@millrace/contracts'
import type { ClaimedRun, RunStore } from '@millrace/run-store'
import { waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ended, openWorld, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await openWorld()
  world.upstream.hold('/hold')
})
afterEach(() => world.end())

const ITEMS = 1_500

/** start ─▶ each[ note ] ─▶ hold ─▶ count        3 events an item: over one page, and over 4,000 events */
const publish = () =>
  world.publish({
    nodes: [
      {
        id: 'each',
        type: 'flow.map',
        params: { items: `{{ [1..${ITEMS}] }}`, concurrency: 50 },
        body: { nodes: [{ id: 'note', type: 'log.message', params: { message: 'item {{ item }}' } }] },
      },
      { id: 'hold', type: 'http.request', params: { method: 'POST', url: `${world.upstream.url}/hold` } },
      { id: 'count', type: 'transform.json', params: { expression: '$count(steps.each.output)' } },
    ],
    edges: [
      { from: 'start', to: 'each' },
      { from: 'each', to: 'hold' },
      { from: 'hold', to: 'count' },
    ],
  })

const snapshotOf = async (runId: string): Promise<{ seq: number | null; state: Json }> => {
  const [row] = await world.sql<[{ seq: number | null; state: Json }]>`
    SELECT snapshot_seq AS seq, snapshot AS state FROM runs WHERE id = ${runId}`
  return row
}

/** Notes what is claimed. */
const watching =
  (claims: ClaimedRun[]) =>
  (store: RunStore): RunStore => ({
    ...store,
    claim: async (runId) => {
      const run = await store.claim(runId)
      if (run !== null) claims.push(run)
      return run
    },
  })

/** Until the map is done and its worker gone. */
const leaveBehind = async (): Promise<string> => {
  const worker = await world.worker()
  const runId = await world.start(await publish())
  await world.upstream.nth('/hold', 1)
  await worker.stop()
  return runId
}

describe('the snapshot of a long run (D20)', () => {
  it('is where its next owner begins: it reads the events after it, and no item runs again', async () => {
    const runId = await leaveBehind()
    const { seq } = await snapshotOf(runId)
    expect(seq).toBeGreaterThanOrEqual(2_000)

    const claims: ClaimedRun[] = []
    await world.worker({}, watching(claims))
    await world.upstream.answer('/hold', 2)
    expect(await ended(world, runId, 60_000)).toBe('completed')
    expect(claims[0]?.snapshot?.seq).toBe(seq)
    expect(claims[0]?.events).toHaveLength(claims[0]!.lastSeq - seq!)

    expect(await world.store.getRun(world.workspaceId, runId)).toMatchObject({ output: ITEMS })
    const events = await world.events(runId)
    const notes = events.filter((event) => event.type === 'step_succeeded' && event.path.startsWith('each['))
    expect(notes).toHaveLength(ITEMS)
    expect(await snapshotOf(runId)).toEqual({ seq: null, state: null })
  }, 120_000)

  /** start ─▶ each[ note ─▶ call ]: item 1400 is outside when its worker goes, and all others have ended */
  it('is taken in the middle of a map as well: its items go on where they were', async () => {
    const url = `${world.upstream.url}/hold`
    const body = {
      nodes: [
        { id: 'note', type: 'log.message', params: { message: 'item {{ item }}' } },
        { id: 'call', type: 'http.request', params: { method: 'POST', url } },
      ],
      edges: [{ from: 'note', to: 'call', when: 'index = 1400' }],
    }
    const params = { items: `{{ [1..${ITEMS}] }}`, concurrency: 50 }
    const each = { id: 'each', type: 'flow.map', params, body }
    const version = await world.publish({ nodes: [each], edges: [{ from: 'start', to: 'each' }] })
    const worker = await world.worker()
    const runId = await world.start(version)
    await world.upstream.nth('/hold', 1)
    const ends = async () => {
      const [row] = await world.sql<[{ count: number }]>`
        SELECT count(*)::integer AS count FROM step_runs
        WHERE run_id = ${runId} AND node_id = 'call' AND status = 'skipped'`
      return row.count === ITEMS - 1
    }
    await waitFor(ends, { what: 'all other items to end', timeoutMs: 60_000 })
    await worker.stop()
    const claims: ClaimedRun[] = []
    await world.worker({}, watching(claims))
    await world.upstream.answer('/hold', 2)
    expect(await ended(world, runId, 60_000)).toBe('completed')
    expect(claims[0]?.snapshot?.seq).toBeGreaterThanOrEqual(2_000)
    const completed = (await world.events(runId)).flatMap((event) =>
      event.type === 'step_succeeded' ? [event.path] : [],
    )
    expect(new Set(completed).size).toBe(completed.length)
    expect(completed.filter((path) => path.endsWith('.note'))).toHaveLength(ITEMS)
  }, 120_000)

  it('that cannot be read is told, and all events are folded instead', async () => {
    const runId = await leaveBehind()
    await world.sql`UPDATE runs SET snapshot = '{"format": 99}' WHERE id = ${runId}`
    const warnings: string[] = []
    const log = { warn: (_: object, message: string) => void warnings.push(message), info: () => {} }
    await world.worker({ log })
    await world.upstream.answer('/hold', 2)
    expect(await ended(world, runId, 60_000)).toBe('completed')
    expect(warnings).toContain('a snapshot cannot be read; folding all events')
    expect(await world.store.getRun(world.workspaceId, runId)).toMatchObject({ output: ITEMS })
  }, 120_000)
})
