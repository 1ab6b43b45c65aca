import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  acceptAndClaim,
  completed,
  createWorld,
  expireLease,
  holdRuns,
  newRun,
  parked,
  unitOf,
  untilBlocked,
  type Worker,
  type World,
} from './world.js'

let world: World
let worker: Worker
let other: Worker
beforeAll(async () => {
  world = await createWorld()
  worker = await world.worker()
  other = await world.worker()
})
afterAll(() => world.close())

describe('postToInbox', () => {
  it('tells who owns the run, and whether it is worth a nudge', async () => {
    const run = newRun(world)
    await worker.store.accept(run)
    const post = () => other.store.postToInbox(run.id, world.workspaceId, { kind: 'cancel' })
    expect(await post()).toMatchObject({
      kind: 'posted',
      status: 'pending',
      workerId: null,
      ownerAlive: false,
    })
    const dying = await world.worker()
    await dying.store.claim(run.id)
    expect(await post()).toMatchObject({ status: 'running', workerId: dying.id, ownerAlive: true })
    await expireLease(world.sql, dying.id)
    expect(await post()).toMatchObject({ workerId: dying.id, ownerAlive: false })
  })

  it('writes nothing to a finished run, an unknown one or one of another workspace (I9, D15)', async () => {
    const run = await acceptAndClaim(world, worker)
    const message = { kind: 'cancel' } as const
    expect(await other.store.postToInbox(run.id, world.versionId, message)).toEqual({ kind: 'not_found' })
    expect(await other.store.postToInbox(newRun(world).id, world.workspaceId, message)).toEqual({
      kind: 'not_found',
    })
    await worker.store.submit(unitOf(run, { run: completed, release: true }))
    const late = await other.store.postToInbox(run.id, world.workspaceId, message)
    expect(late).toEqual({ kind: 'finished', status: 'completed' })
    expect(await other.store.hasInbox([run.id])).toEqual(new Set())
  })

  it('waits for nobody: a flush in flight holds the run (D3)', async () => {
    const run = await acceptAndClaim(world, worker)
    const flight = await holdRuns(world.sql, [run.id])
    const posted = await other.store.postToInbox(run.id, world.workspaceId, { kind: 'resume' })
    expect(posted.kind).toBe('posted')
    await flight.release()
    expect(await worker.store.inboxRuns()).toEqual([run.id])
    expect(await other.store.inboxRuns()).toEqual([])
  })
})

/**
 * A message meets a park. Either its poster's doorbell finds the parked run, or the parker's second look finds the
 * message; there is no order in which neither does (D4).
 */
describe('a park', () => {
  it('loses no message posted while its flush was in flight', async () => {
    const run = await acceptAndClaim(world, worker)
    const flight = await holdRuns(world.sql, [run.id])
    const flushed = worker.store.submit(parked(run))
    await untilBlocked(world.sql, 'flush_units')
    await other.store.postToInbox(run.id, world.workspaceId, { kind: 'resume' })
    const doorbell = other.store.claim(run.id)
    await untilBlocked(world.sql, 'claim_runs')
    await flight.release()
    expect(await flushed).toEqual({ kind: 'durable' })
    expect(await doorbell).toMatchObject({ epoch: 2, inbox: [{ kind: 'resume' }] })
  })

  it('finds the message of a doorbell that came too early', async () => {
    const run = await acceptAndClaim(world, worker)
    await other.store.postToInbox(run.id, world.workspaceId, { kind: 'resume' })
    expect(await other.store.claim(run.id)).toBeNull()
    await worker.store.submit(parked(run))
    expect(await worker.store.hasInbox([run.id])).toEqual(new Set([run.id]))
    expect(await worker.store.claim(run.id)).toMatchObject({ epoch: 2, inbox: [{ kind: 'resume' }] })
  })
})
