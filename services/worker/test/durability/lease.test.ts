import type { RunStore } from '@millrace/run-store'
import { waitFor } from '@millrace/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DatabaseClock } from '../../src/clock.js'
import { LeaseKeeper } from '../../src/lease.js'
import { type Gate, gateOn, openWorld, type World } from './world.js'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.end())

const LEASE_MS = 1_000
const keeperOn = (store: RunStore): LeaseKeeper =>
  new LeaseKeeper(store, new DatabaseClock(0), { name: 'test', leaseMs: LEASE_MS, onError: () => {} })
const gatedKeeper = async (): Promise<{ lease: LeaseKeeper; gate: Gate }> => {
  const gate = gateOn('renewLease')
  const lease = keeperOn(gate.wrap(world.store))
  await lease.start()
  return { lease, gate }
}
const rows = () => world.sql<{ good: boolean }[]>`SELECT lease_until > clock_timestamp() AS good FROM workers`

describe('a lease (D9)', () => {
  it('is over for its worker before it is over for the database', async () => {
    const { lease, gate } = await gatedKeeper()
    expect(lease.held).toBe(true)
    await gate.reached(1)
    await waitFor(() => !lease.held, { what: 'the local deadline' })
    expect(await rows()).toMatchObject([{ good: true }])
    gate.pass(1)
    await waitFor(() => lease.held, { what: 'the next renewal' }).catch(() => gate.pass(2))
    await lease.stop()
  })

  it('counts from before its renewal was sent: a late answer does not stretch it', async () => {
    const { lease, gate } = await gatedKeeper()
    await gate.reached(1)
    const sentBefore = performance.now()
    await waitFor(() => performance.now() > sentBefore + LEASE_MS, { what: 'an answer later than the lease' })
    gate.pass(1)
    // The next pass is scheduled once this one has been answered.
    await gate.reached(2)
    expect(lease.held).toBe(false)
    gate.pass(2)
    await waitFor(() => lease.held, { what: 'a renewal in time' })
    await lease.stop()
  })

  it('may be renewed after it has lapsed, and registered again when its row is gone', async () => {
    const lease = keeperOn(world.store)
    await lease.start()
    await world.sql`UPDATE workers SET lease_until = clock_timestamp() - interval '1 min'`
    await lease.runOnce()
    expect(await rows()).toMatchObject([{ good: true }])
    await world.sql`DELETE FROM workers`
    await lease.runOnce()
    expect(await rows()).toMatchObject([{ good: true }])
    await lease.stop()
  })

  it('leaves no row behind at the goodbye, not even with a renewal in flight (D12)', async () => {
    const { lease, gate } = await gatedKeeper()
    await gate.reached(1)
    const stopped = lease.stop()
    await world.sql`DELETE FROM workers`
    gate.pass(1)
    await stopped
    expect(await rows()).toHaveLength(0)
    expect(lease.held).toBe(false)
  })
})
