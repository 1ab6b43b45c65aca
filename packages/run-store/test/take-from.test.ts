import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  acceptAndClaim,
  completed,
  createWorld,
  expireLease,
  readRun,
  unitOf,
  type Worker,
  type World,
} from './world.js'

let world: World
let owner: Worker
let heir: Worker
beforeEach(async () => {
  world = await createWorld()
  owner = await world.worker()
  heir = await world.worker()
})
afterEach(() => world.close())

describe('takeFrom (D13)', () => {
  it('takes a run from a live owner, whose next write is fenced (I3), and counts no crash', async () => {
    const run = await acceptAndClaim(world, owner)
    const taken = await heir.store.takeFrom(run.id, owner.id)
    expect(taken).toMatchObject({ id: run.id, epoch: run.epoch + 1, crashCount: 0 })
    expect(await owner.store.submit(unitOf(run))).toEqual({ kind: 'fenced' })
    expect(await readRun(world.sql, run.id)).toMatchObject({ workerId: heir.id, crashCount: 0 })
  })

  it('takes what a dead owner has left before its lease is over', async () => {
    const run = await acceptAndClaim(world, owner)
    await expireLease(world.sql, owner.id)
    expect(await heir.store.takeFrom(run.id, owner.id)).toMatchObject({ crashCount: 0 })
  })

  it('takes nothing from anybody else, from one that said goodbye, or of what has ended', async () => {
    const run = await acceptAndClaim(world, owner)
    expect(await owner.store.takeFrom(run.id, heir.id)).toBeNull()
    const done = await acceptAndClaim(world, owner)
    await owner.store.submit(unitOf(done, { run: completed, release: false }))
    expect(await heir.store.takeFrom(done.id, owner.id)).toBeNull()
    await owner.store.removeWorker()
    expect(await heir.store.takeFrom(run.id, owner.id)).toBeNull()
    expect(await heir.store.claim(run.id)).toMatchObject({ crashCount: 0 })
  })
})

it('a crash is taken back by an owner that lives after all, once (D13)', async () => {
  const run = await acceptAndClaim(world, owner)
  await expireLease(world.sql, owner.id)
  expect(await heir.store.claim(run.id)).toMatchObject({ crashCount: 1 })
  await owner.store.forgiveCrash(run.id)
  await owner.store.forgiveCrash(run.id)
  expect(await readRun(world.sql, run.id)).toMatchObject({ crashCount: 0 })
})
