import type { WaitRow } from '@millrace/run-store'
import { waitFor } from '@millrace/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  acceptAndClaim,
  completed,
  createWorld,
  parked,
  unitOf,
  untilBlocked,
  type Worker,
  type World,
} from '../world.js'

let world: World
let worker: Worker
beforeAll(async () => {
  world = await createWorld()
  worker = await world.worker()
})
afterAll(() => world.close())

const row = (changes: Partial<WaitRow> = {}): WaitRow => ({
  path: 'wait',
  attempt: 1,
  kind: 'event',
  name: 'paid',
  key: 'k',
  deadline: null,
  onTimeout: null,
  details: null,
  ...changes,
})
const publish = (id: string, key = 'k') =>
  worker.store.publishEvent({
    workspaceId: world.workspaceId,
    id,
    name: 'paid',
    key,
    payload: { id },
    backlog: false,
  })
const inboxOf = async (runId: string) => (await worker.store.readInbox([runId])).get(runId) ?? []

describe('an event and a wait that meet', () => {
  it('while the wait is being registered: the event waits for it, and ends it (D14)', async () => {
    const run = await acceptAndClaim(world, worker)
    const held = await world.sql.reserve()
    await held`BEGIN`
    await held`SELECT 1 FROM runs WHERE id = ${run.id} FOR UPDATE`
    const flushed = worker.store.submit(parked(run, { waits: [row({ key: 'meet-1' })] }))
    await untilBlocked(world.sql, 'flush_units_with_waits')
    const published = publish('meet-1', 'meet-1')
    await untilBlocked(world.sql, 'publish_event')
    await held`COMMIT`
    held.release()
    expect(await flushed).toEqual({ kind: 'durable' })
    expect((await published).woken).toEqual([run.id])
    expect(await inboxOf(run.id)).toMatchObject([{ kind: 'wait_resolved', path: 'wait', attempt: 1 }])
  })

  it('while the event is being recorded: the wait waits for it, and takes it (D14)', async () => {
    const run = await acceptAndClaim(world, worker)
    const held = await world.sql.reserve()
    await held`BEGIN`
    await held`SELECT publish_event(${world.workspaceId}, 'meet-2', 'paid', 'meet-2', '1'::json, NULL, false)`
    const flushed = worker.store.submit(parked(run, { waits: [row({ key: 'meet-2' })] }))
    await untilBlocked(world.sql, 'flush_units_with_waits')
    await held`COMMIT`
    held.release()
    expect(await flushed).toEqual({ kind: 'durable' })
    expect(await inboxOf(run.id)).toMatchObject([{ result: { kind: 'completed', output: { id: 'meet-2' } } }])
  })

  it('only in their own workspace (I9)', async () => {
    const other = await createWorld()
    const run = await acceptAndClaim(world, worker)
    await worker.store.submit(parked(run, { waits: [row({ key: 'own' })] }))
    const stranger = await other.worker()
    const event = { id: 'x', name: 'paid', key: 'own', payload: null, backlog: false }
    const published = await stranger.store.publishEvent({ workspaceId: other.workspaceId, ...event })
    expect(published).toEqual({ kind: 'published', woken: [], started: [] })
    await other.close()
    expect(await inboxOf(run.id)).toEqual([])
  })
})

describe('a registered wait', () => {
  it('is not written by a stale owner (I3)', async () => {
    const run = await acceptAndClaim(world, worker)
    await world.sql`UPDATE runs SET epoch = epoch + 1 WHERE id = ${run.id}`
    expect(await worker.store.submit(unitOf(run, { waits: [row()] }))).toEqual({ kind: 'fenced' })
    expect(await world.sql`SELECT 1 FROM waits WHERE run_id = ${run.id}`).toHaveLength(0)
  })

  it('ends with its run, whoever ends that: nobody can resolve it any more', async () => {
    const run = await acceptAndClaim(world, worker)
    await worker.store.submit(unitOf(run, { waits: [row({ key: 'ends' })] }))
    await worker.store.submit(unitOf({ ...run, lastSeq: 2 }, { run: completed, release: true }))
    const [wait] = await world.sql`SELECT resolved_by FROM waits WHERE run_id = ${run.id}`
    expect(wait).toEqual({ resolved_by: 'run' })
    expect((await publish('ends', 'ends')).woken).toEqual([])
  })

  it('is ended at its deadline by one of many schedulers', async () => {
    const run = await acceptAndClaim(world, worker)
    const onTimeout = { kind: 'completed', output: 'late' } as const
    await worker.store.submit(parked(run, { waits: [row({ key: 'due', deadline: 1_000, onTimeout })] }))
    const passes = await Promise.all([1, 2, 3, 4].map(() => worker.store.dueWaits(10)))
    expect(passes.flat()).toEqual([run.id])
    expect(await inboxOf(run.id)).toMatchObject([{ result: onTimeout }])
    expect((await publish('due', 'due')).woken).toEqual([])
  })
})

it('keeps events for a day', async () => {
  await publish('old', 'old')
  await publish('new', 'old')
  await world.sql`UPDATE events SET created_at = clock_timestamp() - interval '25 hours' WHERE id = 'old'`
  await waitFor(async () => (await worker.store.deleteOldEvents()) === 1, { what: 'the old event to go' })
  expect(await publish('new', 'old')).toMatchObject({ kind: 'replayed' })
})
